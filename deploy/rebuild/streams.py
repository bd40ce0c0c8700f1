"""Streams compared with the outboxes: what a stream lacks is published anew, by the service's own relay.

A rebuild publishes nothing itself: only a service may, on its own subjects. It marks rows, and the relay sees them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from sqlalchemy import Table, func, select

from deploy.verify.evidence import chunks, rows
from deploy.verify.tables import INBOXES, OUTBOXES
from services.intake.repository import Repository as IntakeRepository
from services.matcher.repository import Repository as MatcherRepository
from services.notifier.repository import Repository as NotifierRepository
from shared.contracts.flows import HEARS, stream_of
from shared.messaging.inbox import MessagingRepository
from shared.messaging.streams import KEPT_SECONDS
from shared.persistence.engine import Database

PULLED = 500
ANSWER_SECONDS = 10.0

Told = Callable[[int, int], None]
"""Hears how many of how many have been looked at."""

REPOSITORIES: Mapping[str, type[MessagingRepository]] = {
    "intake": IntakeRepository,
    "matcher": MatcherRepository,
    "notifier": NotifierRepository,
}


def kept_since() -> datetime:
    """What was sent before this instant (wall time) no stream holds any more."""
    return datetime.now(UTC) - timedelta(seconds=KEPT_SECONDS)


async def lacking(js: JetStreamContext, database: Database, service: str, told: Told) -> list[int]:
    """Positions of the outbox rows that were sent within the time a stream keeps, and are not in it.

    Memory: a bit for each outbox row, and the answer.
    """
    outbox = OUTBOXES[service]
    async with database.reading() as session:
        last = await session.scalar(select(func.max(outbox.c.position)).where(outbox.c.sent_at.is_not(None))) or 0
    there = bytearray(last // 8 + 1)
    async for ids in _stored(js, stream_of(service), told):
        async for row in rows(database, select(outbox.c.position).where(outbox.c.event_id.in_(ids))):
            if row.position <= last:
                there[row.position // 8] |= 1 << row.position % 8
    sent = select(outbox.c.position).where(outbox.c.sent_at >= kept_since(), outbox.c.position <= last)
    found = rows(database, sent.order_by(outbox.c.position))
    return [row.position async for row in found if not there[row.position // 8] >> row.position % 8 & 1]


async def _stored(js: JetStreamContext, stream: str, told: Told) -> AsyncIterator[list[str]]:
    """The ids of a stream's messages, oldest first, without their bodies."""
    waiting = whole = (await js.stream_info(stream)).state.messages
    headers = ConsumerConfig(
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.NONE,
        headers_only=True,
        mem_storage=True,
        inactive_threshold=ANSWER_SECONDS,
    )
    consumer = await js.pull_subscribe("", stream=stream, config=headers)
    try:
        while waiting > 0:
            messages = await consumer.fetch(min(PULLED, waiting), timeout=ANSWER_SECONDS)
            waiting -= len(messages)
            told(whole - waiting, whole)
            yield [(message.headers or {}).get("Nats-Msg-Id", "") for message in messages]
    finally:
        await consumer.unsubscribe()


async def publish_anew(database: Database, service: str, positions: Sequence[int]) -> None:
    """Have the service's relay publish these rows as if they never had been."""
    for piece in chunks(positions):
        async with database.writing() as session:
            await REPOSITORIES[service](session).publish_anew(piece)


async def publish_everything(database: Database, service: str) -> None:
    """Have the service's relay publish everything a stream keeps, whether it is there or not."""
    async with database.writing() as session:
        repository = REPOSITORIES[service](session)
        if (row := await repository.published_to(stream_of(service))) is not None:
            row.publish_again(await repository.before_sent_since(kept_since()), await repository.last_sent())


async def under_way(database: Database, service: str) -> int:
    """How many events the service's relay has still to publish, lost ones at most."""
    async with database.reading() as session:
        outbox: Table = OUTBOXES[service]
        unsent = await session.scalar(select(func.count()).where(outbox.c.sent_at.is_(None))) or 0
        row = await session.get(REPOSITORIES[service].published, stream_of(service))
    lost = row.lacking if row is not None else None
    return unsent + (lost[1] - lost[0] if lost else 0)


async def unheard(publisher: Database, consumer: Database, durable: str, names: tuple[str, str]) -> bool:
    """Whether a consumer lacks a fact that its publisher sent and a stream still keeps; ``names`` of both."""
    told_by, heard_by = names
    outbox, inbox = OUTBOXES[told_by], INBOXES[heard_by]
    types = [event.type() for event in HEARS[heard_by] if event.publisher == told_by]
    sent = select(outbox.c.event_id).where(outbox.c.sent_at >= kept_since(), outbox.c.type.in_(types))
    async for ids in _pages(rows(publisher, sent)):
        taken = select(func.count()).where(inbox.c.durable == durable, inbox.c.event_id.in_(ids))
        async with consumer.reading() as session:
            if await session.scalar(taken) != len(ids):
                return True
    return False


async def _pages(found: AsyncIterator[object]) -> AsyncIterator[list[str]]:
    page: list[str] = []
    async for row in found:
        page.append(row.event_id)  # type: ignore[attr-defined]  # a row of one column
        if len(page) == PULLED:
            yield page
            page = []
    if page:
        yield page
