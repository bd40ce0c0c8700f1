"""Ten operations that the broker refuses to whoever has no business with them (security.md, case 23).

Each is tried by every service, with everything of the others that it could touch. The server says no, nobody answers,
and no stream is what it was not before.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from nats.errors import Error as NatsError

from deploy.broker import LocalBroker, come_in
from deploy.permissions import OPERATOR, SYSTEM, inbox_of
from shared.contracts.flows import SERVICES, durables_of, stream_of
from shared.contracts.requests import REQUESTS
from shared.identity.nkeys import new_seed
from shared.messaging.entering import Entrance
from tests.integration.deploy.guarded import STREAMS, connected, kept_broker

DURABLES = [
    (service, f"{stream_of(publisher)}.{durable}")
    for service in SERVICES
    for durable, publisher in durables_of(service)
]
Subjects = Callable[[str], list[str]]


def others(user: str) -> list[str]:
    """The services a user is not."""
    return [service for service in SERVICES if service != user]


def foreign_durables(user: str) -> list[str]:
    """``STREAM.durable`` of everybody else."""
    return [place for owner, place in DURABLES if owner != user]


def requests_of_others(user: str) -> list[str]:
    """What a user is not said to ask, what nobody offers, and what only it itself may be asked."""
    return [request.subject() for request in REQUESTS if user not in request.asked_by] + ["rpc.intake.everything"]


def places(*subjects: str) -> list[str]:
    """Each subject with every stream."""
    return [subject.replace("STREAM", stream) for subject in subjects for stream in STREAMS]


PUBLISHED: dict[str, Subjects] = {
    "publishing another's fact": lambda user: [
        *(f"{other}.order_placed.v1._.x" for other in others(user)),
        *(f"dead.{other}.intake.order_placed.v1._.x" for other in others(user)),
        f"{user}.too.short",
    ],
    "asking what it may not, or answering for another": lambda user: [
        *requests_of_others(user),
        *(f"{inbox_of(other)}.answer" for other in (*others(user), OPERATOR)),
        "_INBOX.answer",
    ],
    "pulling from another's durable": lambda user: [
        f"$JS.API.CONSUMER.MSG.NEXT.{place}" for place in foreign_durables(user)
    ],
    "acknowledging for another": lambda user: [f"$JS.ACK.{place}.1.1.1.1.0" for place in foreign_durables(user)],
    "deleting, emptying or changing a stream": lambda _: places(
        *(f"$JS.API.STREAM.{verb}.STREAM" for verb in ("DELETE", "PURGE", "UPDATE", "SNAPSHOT", "RESTORE"))
    ),
    "making or deleting a stream or a consumer": lambda _: [
        "$JS.API.STREAM.CREATE.MORE",
        *places(
            "$JS.API.CONSUMER.CREATE.STREAM",
            "$JS.API.CONSUMER.CREATE.STREAM.more",
            "$JS.API.CONSUMER.CREATE.STREAM.more.intake.>",
            "$JS.API.CONSUMER.DURABLE.CREATE.STREAM.more",
        ),
        *(f"$JS.API.CONSUMER.{verb}.{place}" for verb in ("DELETE", "PAUSE", "UNPIN") for _, place in DURABLES),
    ],
    "reading or deleting a single message": lambda _: places(
        "$JS.API.STREAM.MSG.GET.STREAM",
        "$JS.API.STREAM.MSG.DELETE.STREAM",
        "$JS.API.DIRECT.GET.STREAM",
        "$JS.API.DIRECT.GET.STREAM.intake.order_placed.v1._.x",
    ),
    "governing the broker": lambda _: [
        "$SYS.REQ.SERVER.PING.CONNZ",
        "$SYS.REQ.SERVER.x.RELOAD",
        "$SYS.REQ.ACCOUNT.$G.CONNZ",
        "$JS.API.INFO",
        "$JS.API.ACCOUNT.PURGE.x",
        "$JS.API.META.LEADER.STEPDOWN",
        "$JS.EVENT.ADVISORY.forged",
    ],
}
HEARD: dict[str, Subjects] = {
    "reading another's inbox": lambda user: [
        *(f"{inbox_of(other)}.>" for other in (*others(user), OPERATOR)),
        "_INBOX.>",
        "*.>",
    ],
    "listening at everything, to facts, requests, the broker or its advisories": lambda user: [
        ">",
        *(f"{service}.>" for service in SERVICES),
        "dead.>",
        *(f"rpc.{other}.>" for other in others(user)),
        f"rpc.{user}.>",
        "$JS.>",
        "$JS.ACK.>",
        "$JS.EVENT.ADVISORY.>",
        "$SYS.>",
    ],
}


@pytest.fixture(scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalBroker]:
    """One for all tests here."""
    async with kept_broker(tmp_path_factory.mktemp("broker")) as made:
        yield made


async def standing(broker: LocalBroker) -> list[tuple[object, ...]]:
    """The streams as they are: their configurations, messages, and consumers."""
    connection = await broker.connect()
    try:
        js = connection.jetstream()
        found = [(await js.stream_info(stream), await js.consumers_info(stream)) for stream in STREAMS]
    finally:
        await connection.close()
    return [
        (info.config, info.state.messages, [(one.name, one.config, one.delivered, one.ack_floor) for one in consumers])
        for info, consumers in found
    ]


@pytest.mark.parametrize("operation", PUBLISHED)
async def test_what_a_service_may_not_say_is_refused(broker: LocalBroker, operation: str) -> None:
    """Every subject is a permission violation, nobody answers, and the streams are as they were."""
    before = await standing(broker)
    for service in SERVICES:
        subjects = PUBLISHED[operation](service)
        async with connected(broker, service) as connection:
            inbox = connection.client.new_inbox()
            answers = await connection.client.subscribe(inbox)
            for subject in subjects:
                await connection.client.publish(subject, b"{}", reply=inbox)
            await connection.client.flush()
            await connection.refused("publish", subjects)
            assert 0 == answers.pending_msgs
    assert before == await standing(broker)


@pytest.mark.parametrize("operation", HEARD)
async def test_what_a_service_may_not_hear_is_refused(broker: LocalBroker, operation: str) -> None:
    """Every subscription is a permission violation."""
    for service in SERVICES:
        subjects = HEARD[operation](service)
        async with connected(broker, service) as connection:
            for subject in subjects:
                await connection.client.subscribe(subject)
            await connection.refused("subscription", subjects)


async def test_nobody_comes_in_without_the_key_of_a_user(broker: LocalBroker, tmp_path: Path) -> None:
    """Not anonymously, not with a name and a password, not with a key of one's own making."""
    stranger = tmp_path / "stranger.seed"
    stranger.write_text(new_seed())
    url = broker.place.url
    for attempt in (Entrance(url), Entrance(url, "intake", "intake"), Entrance(url, seed=stranger)):
        with pytest.raises(NatsError, match=r"(?i)authorization"):
            await come_in(attempt)


async def test_the_operator_says_nothing_in_the_name_of_a_service(broker: LocalBroker) -> None:
    """Who declares the streams publishes no fact and asks no service; the system's user touches no stream."""
    tries = {
        OPERATOR: ["intake.order_placed.v1._.x", "dead.intake.x", "rpc.intake.parties", "$SYS.REQ.SERVER.PING.CONNZ"],
        SYSTEM: ["intake.order_placed.v1._.x", "$JS.API.STREAM.DELETE.INTAKE", "$SYS.REQ.SERVER.PING.VARZ"],
    }
    for user, subjects in tries.items():
        async with connected(broker, user) as connection:
            for subject in subjects:
                await connection.client.publish(subject, b"{}")
            await connection.refused("publish", subjects)
