"""Who may say and hear what on the broker, derived from ``shared.contracts.flows`` (security.md, case 23).

A service publishes its own facts and dead letters, asks the other services what they may be asked, and touches no
durable but its own. To have a dead letter heard again is for whoever keeps them: it is a fact by another way, and past
the broker's own word on who published it. Only the operator may declare streams and durables; nobody may be anonymous.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.flows import KEEPS_DEAD_LETTERS, SERVICES, durables_of, stream_of
from shared.contracts.requests import REQUESTS, Answer, HearAgain, Request

OPERATOR = "operator"
USERS: tuple[str, ...] = (*SERVICES, OPERATOR)

_SHOWS_STREAMS = "notifier"  # its ops page lists every stream and consumer
_READS_STREAMS: tuple[str, ...] = (
    "$JS.API.STREAM.INFO.*",
    "$JS.API.CONSUMER.LIST.*",
    "$JS.API.CONSUMER.INFO.*.*",
)


@dataclass(frozen=True)
class Permissions:
    """Subjects one user may publish and subscribe; ``answers`` lets it reply to requests it has received."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    answers: bool


def inbox_of(user: str) -> str:
    """The prefix of a user's replies, without the final dot; the ``inbox_prefix`` of its connection."""
    return f"_INBOX_{user}"


def permissions_of(user: str) -> Permissions:
    """The least a user of the broker needs; ``user`` is a service or the operator."""
    own_inbox = f"{inbox_of(user)}.>"
    if user == OPERATOR:
        return Permissions(("$JS.API.>", "$JS.ACK.>"), (own_inbox,), answers=False)
    asks = [request.subject() for request in REQUESTS if request.service != user and _may_ask(user, request)]
    consumes = [subject for pair in durables_of(user) for subject in _use_of_durable(*pair)]
    shows = _READS_STREAMS if user == _SHOWS_STREAMS else ()
    own_stream = f"$JS.API.STREAM.INFO.{stream_of(user)}"  # its relay looks whether it is still the same
    publish = (f"{user}.>", f"dead.{user}.>", own_stream, *asks, *consumes, *shows)
    return Permissions(publish, (own_inbox, f"rpc.{user}.>"), answers=True)


def _may_ask(user: str, request: type[Request[Answer]]) -> bool:
    return user == KEEPS_DEAD_LETTERS or not issubclass(request, HearAgain)


def _use_of_durable(durable: str, publisher: str) -> tuple[str, str, str]:
    """What pulling from one durable publishes: look at it, ask for messages, acknowledge them."""
    place = f"{stream_of(publisher)}.{durable}"
    return (
        f"$JS.API.CONSUMER.INFO.{place}",
        f"$JS.API.CONSUMER.MSG.NEXT.{place}",
        f"$JS.ACK.{place}.>",
    )
