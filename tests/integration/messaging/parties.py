"""Two small services on a real broker: intake publishes from its outbox, matcher hears into its ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nats
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from deploy.permissions import OPERATOR, USERS, permissions_of
from shared.contracts.envelope import Event, Fact, to_headers
from shared.contracts.intake import OrderAmended, OrderCancelled, OrderClosed
from shared.contracts.refusal import Refusal
from shared.contracts.words import Outcome, Urgency
from shared.messaging.bus import STUCK_SECONDS, Attach, Bus
from shared.messaging.consuming import Hearing
from shared.messaging.dead_letters import EARLY_SECONDS
from shared.messaging.entering import Entrance
from shared.messaging.hearing_again import HearingAgain, answers_of
from shared.messaging.relay import Relay
from shared.messaging.requests import Answers
from shared.messaging.streams import declare
from shared.persistence.engine import Database
from shared.persistence.group_commit import GroupCommit
from tests.integration.ledger import NOW, Outbox, Published, Repository, Unit, ledger_database, units_of
from tests.nats_cluster import NatsCluster
from tests.servers import NatsServer

Heard = Callable[[Unit, Sequence[Fact[Any]]], Awaitable[Sequence[Refusal | None]]]
PASSWORD = "not-a-secret"  # noqa: S105 - of a server that lives as long as one test


def guarded_server(directory: Path) -> NatsServer:
    """A NATS server with the users and the permissions of the local stack."""

    def user(name: str) -> str:
        allowed = permissions_of(name)
        publish, subscribe = (", ".join(f'"{s}"' for s in part) for part in (allowed.publish, allowed.subscribe))
        answers = ', allow_responses: { max: 1, expires: "5s" }' if allowed.answers else ""
        return (
            f'{{ user: {name}, password: "{PASSWORD}", permissions: '
            f"{{ publish: {{ allow: [{publish}] }}, subscribe: {{ allow: [{subscribe}] }}{answers} }} }}"
        )

    users = "\n".join(user(name) for name in USERS)
    return NatsServer(directory, more=f"authorization {{ users: [\n{users}\n] }}")


def entrance_of(server: NatsServer | NatsCluster, user: str) -> Entrance:
    """How one user comes in: with its nkey at the cluster, with the password at a guarded server."""
    return server.entrance(user) if isinstance(server, NatsCluster) else Entrance(server.url, user, PASSWORD)


@asynccontextmanager
async def connected(server: NatsServer, user: str = OPERATOR) -> AsyncIterator[JetStreamContext]:
    """JetStream as one user may use it."""
    client = await nats.connect(
        server.url,
        user=user,
        password=PASSWORD,
        inbox_prefix=f"_INBOX_{user}".encode(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.1,
    )
    try:
        yield client.jetstream()
    finally:
        await client.close()


async def declare_streams(server: NatsServer) -> None:
    """Streams and durables, as the stack declares them."""
    async with connected(server) as js:
        await declare(js)


def amended(order_id: str, version: int) -> OrderAmended:
    """One change of an order."""
    return OrderAmended(
        community="c1",
        order_id=order_id,
        version=version,
        urgency=Urgency.NORMAL,
        window=None,
        amended_at=NOW,
    )


def cancelled(order_id: str, version: int) -> OrderCancelled:
    """Another kind of change."""
    return OrderCancelled(community="c1", order_id=order_id, version=version, cancelled_at=NOW)


def closed(order_id: str, version: int) -> OrderClosed:
    """A third kind."""
    return OrderClosed(community="c1", order_id=order_id, version=version, outcome=Outcome.FIXED, closed_at=NOW)


@dataclass
class Party:
    """A running service: its database, its only writer, its connection and its relay."""

    database: Database
    writer: GroupCommit[Repository]
    bus: Bus
    relay: Relay[Repository]

    async def record(self, *events: Event) -> None:
        """Commit events, as a use case would."""
        await self.writer.do(_record, events)


async def _record(uow: Unit, lists: Sequence[Sequence[Event]]) -> list[None]:
    for events in lists:
        uow.record(*events)
    return [None for _ in lists]


def hearing_with(heard: Heard) -> Hearing:
    """Matcher hearing three kinds of facts from intake through one use case."""
    hearing = Hearing("matcher", "intake")
    hearing.on(heard, OrderAmended, OrderCancelled, OrderClosed)
    return hearing


async def all_sent(one: Party) -> bool:
    """Whether the outbox has nothing left to publish."""
    return await one.relay.waiting() == 0


async def note(uow: Unit, facts: Sequence[Fact[Any]]) -> list[Refusal | None]:
    """Write a line for each fact; hearing one twice would break the unique constraint."""
    for fact in facts:
        await uow.repository.write(line(fact.event), uow.now)
    return [None for _ in facts]


def line(event: Any) -> str:
    """What the ledger says of an event."""
    return f"{event.order_id} {event.version} {event.name}"


@asynccontextmanager
async def party(
    service: str,
    database_url: str,
    server: NatsServer | NatsCluster,
    heard: Heard | Hearing | None = None,
    answers: Answers | None = None,
    stuck_seconds: float = STUCK_SECONDS,
    early_seconds: float = EARLY_SECONDS,
) -> AsyncIterator[Party]:
    """A service at work; with ``heard`` it listens to intake, with ``answers`` it answers the others. Stopped in the
    order of a real one."""
    async with ledger_database(database_url) as database:
        relays: list[Relay[Repository]] = []

        def wake(unit: Unit) -> None:
            relays[0].wake(unit)

        writer = GroupCommit(units_of(database, [wake]))
        hearing = heard if heard is None or isinstance(heard, Hearing) else hearing_with(heard)
        attach: list[Attach] = []
        if hearing is not None:
            again = answers_of(service, HearingAgain(writer, [hearing]))
            attach = [partial(hearing.attach, writer), *([again.attach] if again else [])]
        bus = Bus(service, entrance_of(server, service), stuck_seconds, early_seconds)
        bus.attach(*attach, *([answers.attach] if answers else []))
        relay = Relay(service, database, (Outbox, Published), writer, bus)
        relays.append(relay)
        writing = asyncio.create_task(writer.run())
        others = [asyncio.create_task(bus.run()), asyncio.create_task(relay.run())]
        try:
            yield Party(database, writer, bus, relay)
        finally:
            await bus.stop()
            for other in others:
                other.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            writer.close()
            await asyncio.wait_for(writing, 10)


async def publish_raw(js: JetStreamContext, event: Event, event_id: str, **changed: Any) -> None:
    """Put a message on intake's stream by hand; ``changed`` replaces ``body``, ``subject`` or headers (None drops)."""
    body = changed.pop("body", event.model_dump_json().encode())
    subject = changed.pop("subject", event.subject)
    made: dict[str, str | None] = {**to_headers(event.type(), event.about, event_id=event_id, time=NOW)}
    made |= {name.replace("_", "-"): value for name, value in changed.items()}
    headers = {name: value for name, value in made.items() if value is not None}
    headers.pop("Nats-Msg-Id", None)
    await js.publish(subject, body, headers=headers)


async def stored(js: JetStreamContext, stream: str) -> list[Msg]:
    """Every message of a stream, oldest first."""
    waiting = (await js.stream_info(stream)).state.messages
    if not waiting:
        return []
    consumer = await js.pull_subscribe("", stream=stream, config=_from_the_start())
    found: list[Msg] = []
    while len(found) < waiting:
        found += await consumer.fetch(min(256, waiting - len(found)), timeout=5)
    await consumer.unsubscribe()
    return found


def _from_the_start() -> ConsumerConfig:
    return ConsumerConfig(
        deliver_policy=DeliverPolicy.ALL, ack_policy=AckPolicy.NONE, inactive_threshold=5, mem_storage=True
    )


def headers_of(message: Msg) -> Mapping[str, str]:
    """A stored message's headers."""
    return message.headers or {}
