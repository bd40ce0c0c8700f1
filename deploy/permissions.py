"""Who may say and hear what on the broker, derived from ``shared.contracts`` (security.md, case 23; docs/broker.md).

A service publishes its own facts and dead letters, asks what it is said to ask, answers what it is asked, and touches
no durable but its own. To have a dead letter heard again is for whoever keeps them: it is a fact by another way, and
past the broker's own word on who published it. The console looks how the streams stand, and says and hears nothing.
Only the operator may declare streams and durables; the system's user sees who is connected and has a changed list of
users read; nobody may be anonymous.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.flows import DEAD_LETTERS, SERVICES, durables_of, stream_of
from shared.contracts.requests import REQUESTS
from shared.contracts.services import CONSOLE

OPERATOR = "operator"
USERS: tuple[str, ...] = (*SERVICES, CONSOLE, OPERATOR)
SYSTEM = "system"
"""The user of the broker's own account ``$SYS``: no stream and no subject of a service is to be seen there."""

CONNECTIONS = "$SYS.REQ.SERVER.PING.CONNZ"
"""Asks every server who is connected."""

_SHOWS_STREAMS = ("notifier", CONSOLE)  # every stream and its consumers; and the console sees nothing else
_TOKENS_OF_A_FACT = ".*.*.*.*"


@dataclass(frozen=True)
class Permissions:
    """Subjects one user may publish and subscribe; ``answers`` lets it reply to requests it has received."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    answers: bool


def inbox_of(user: str) -> str:
    """The prefix of a user's replies, without the final dot; the ``inbox_prefix`` of its connection."""
    return f"_INBOX_{user}"


def reload_of(server: str) -> str:
    """Asks one server, by its id, to read its configuration again."""
    return f"$SYS.REQ.SERVER.{server}.RELOAD"


def permissions_of(user: str) -> Permissions:
    """The least a user of the broker needs; ``user`` is a service, the operator or the system's."""
    own_inbox = f"{inbox_of(user)}.>"
    if user == SYSTEM:
        return Permissions((CONNECTIONS, reload_of("*")), (own_inbox,), answers=False)
    if user == OPERATOR:
        return Permissions(("$JS.API.>",), (own_inbox,), answers=False)
    if user == CONSOLE:
        return Permissions(tuple(_looks_at_streams(user)), (own_inbox,), answers=False)
    asks = [request.subject() for request in REQUESTS if user in request.asked_by]
    asked = [request.subject() for request in REQUESTS if request.service == user]
    consumes = [subject for pair in durables_of(user) for subject in _use_of_durable(*pair)]
    own_stream = f"$JS.API.STREAM.INFO.{stream_of(user)}"  # its relay looks whether it is still the same
    # As wide as its own stream takes them, not event by event: an outbox may hold what a release before or after this
    # one wrote, and it must get out.
    facts = f"{user}{_TOKENS_OF_A_FACT}"
    publish = (facts, f"{DEAD_LETTERS}.{user}.>", own_stream, *asks, *consumes, *_looks_at_streams(user))
    return Permissions(tuple(dict.fromkeys(publish)), (own_inbox, *asked), answers=bool(asked))


def _looks_at_streams(user: str) -> list[str]:
    if user not in _SHOWS_STREAMS:
        return []
    streams = [stream_of(publisher) for publisher in (*SERVICES, DEAD_LETTERS)]
    return [f"$JS.API.{what}.{stream}" for what in ("STREAM.INFO", "CONSUMER.LIST") for stream in streams]


def _use_of_durable(durable: str, publisher: str) -> tuple[str, str, str]:
    """What pulling from one durable publishes: look at it, ask for messages, acknowledge them."""
    place = f"{stream_of(publisher)}.{durable}"
    return (
        f"$JS.API.CONSUMER.INFO.{place}",
        f"$JS.API.CONSUMER.MSG.NEXT.{place}",
        f"$JS.ACK.{place}.>",
    )
