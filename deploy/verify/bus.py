"""I5: after quiet nothing is unpublished, nothing is undelivered, and every dead letter says why it died.

Without quiet, what waits has to move on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field

from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from sqlalchemy import Table, func, select

from deploy.verify.evidence import Databases, rows
from deploy.verify.tables import DEAD_LETTERS, INBOXES, OUTBOXES, PUBLISHED
from services.notifier.policies.letters import LetterState
from shared.contracts.flows import HEARS, SERVICES, durables_of, stream_of
from shared.messaging.dead_hearing import letter_id
from shared.messaging.streams import DEAD_STREAM
from shared.persistence.engine import Database

QUIET_SECONDS = 60.0
LOOK_SECONDS = 0.5
LOOKS = 2
"""So many looks in a row must find nothing under way: what one service publishes makes the next one work."""
_SETTLED = select(DEAD_LETTERS.c.dead_letter_id).where(DEAD_LETTERS.c.state != LetterState.DEAD.value)
MOVING_SECONDS = 10.0
"""Under load, within so long everything that waits has to have moved."""


@dataclass(frozen=True)
class Backlog:
    """What is still under way, by name; empty is quiet. ``reached``: how far each of them has come."""

    waiting: dict[str, int] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict, compare=False)

    @property
    def quiet(self) -> bool:
        """Whether nothing is under way."""
        return not self.waiting

    def lines(self) -> list[str]:
        """A line for each backlog."""
        return [f"{name}: {count} waiting" for name, count in self.waiting.items()]

    def stuck_since(self, before: Backlog) -> list[str]:
        """A line for each backlog that was there before and has not moved since."""
        return [
            f"{name}: {count} waiting, and it does not move"
            for name, count in self.waiting.items()
            if before.waiting.get(name) and self.reached[name] == before.reached[name]
        ]


async def backlog(databases: Databases, js: JetStreamContext) -> Backlog:
    """Unsent outbox rows of each service, what a lost stream still lacks at most, and pending or unacknowledged
    messages of each durable."""
    waiting, reached = {}, {}
    for service, outbox in OUTBOXES.items():
        name = f"outbox of {service}"
        waiting[name], reached[name] = await _unsent(databases.named()[service], outbox)
        name = f"stream of {service}, to be published again"
        waiting[name], reached[name] = await _lost(databases.named()[service], service)
    for service in SERVICES:
        for durable, publisher in durables_of(service):
            try:
                consumer = await js.consumer_info(stream_of(publisher), durable)
            except (NatsError, NotFoundError):
                waiting[f"consumer {durable} (absent)"], reached[f"consumer {durable} (absent)"] = 1, 0
                continue
            name = f"consumer {durable}"
            waiting[name] = (consumer.num_pending or 0) + (consumer.num_ack_pending or 0)
            reached[name] = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
    return Backlog({name: count for name, count in waiting.items() if count}, reached)


async def stuck(look: Callable[[], Awaitable[Backlog]], seconds: float = MOVING_SECONDS) -> tuple[Backlog, list[str]]:
    """Under load: what waits now, and a line for each backlog that does not move for so long."""
    before = await look()
    deadline = time.monotonic() + seconds
    while True:
        now = await look()
        standing = now.stuck_since(before)
        if not standing or time.monotonic() > deadline:
            return now, standing
        await asyncio.sleep(LOOK_SECONDS)


async def marks(databases: Databases, js: JetStreamContext) -> tuple[Backlog, tuple[int, ...]]:
    """What waits, and the last fact of each service: the same again means that nothing has moved."""
    ends = []
    for service, outbox in OUTBOXES.items():
        async with databases.named()[service].reading() as session:
            ends.append(await session.scalar(select(func.max(outbox.c.position))) or 0)
    return await backlog(databases, js), tuple(ends)


async def under_way(databases: Databases, js: JetStreamContext, order_ids: Collection[str]) -> set[str]:
    """Of these orders, those about which a fact is not yet published, or not yet heard by a durable that is behind."""
    found: set[str] = set()
    waiting = (await backlog(databases, js)).waiting
    for service in SERVICES:
        for durable, publisher in durables_of(service):
            if publisher not in OUTBOXES or not {f"consumer {durable}", f"outbox of {publisher}"} & waiting.keys():
                continue
            outbox, inbox = OUTBOXES[publisher], INBOXES[service]
            told = select(outbox.c.event_id, outbox.c.about).where(outbox.c.about.in_(order_ids))
            heard = {event.type() for event in HEARS[service]}
            about = {
                row.event_id: row.about
                async for row in rows(databases.named()[publisher], told.where(outbox.c.type.in_(heard)))
            }
            taken = select(inbox.c.event_id).where(inbox.c.durable == durable, inbox.c.event_id.in_(list(about)))
            for row in [row async for row in rows(databases.named()[service], taken)]:
                del about[row.event_id]
            found |= set(about.values())
    return found


async def wait_for_quiet(look: Callable[[], Awaitable[Backlog]], seconds: float = QUIET_SECONDS) -> Backlog:
    """Look until nothing is under way, or the time is up; returns the last look."""
    deadline = time.monotonic() + seconds
    quiet = 0
    while True:
        found = await look()
        quiet = quiet + 1 if found.quiet else 0
        if quiet == LOOKS or time.monotonic() > deadline:
            return found
        await asyncio.sleep(LOOK_SECONDS)


async def dead_letters_are_explained(databases: Databases, js: JetStreamContext) -> tuple[int, list[str]]:
    """I5: how many dead letters there are, and those that carry no reason and that nobody has settled."""
    state = (await js.stream_info(DEAD_STREAM)).state
    settled = {row.dead_letter_id async for row in rows(databases.notifier, _SETTLED)}
    broken = []
    for sequence in range(state.first_seq, state.last_seq + 1) if state.messages else ():
        try:
            letter = await js.get_msg(DEAD_STREAM, sequence)
        except (NotFoundError, NatsTimeout):
            continue
        headers = letter.headers or {}
        if letter_id(headers, sequence) in settled:
            continue
        if not (headers.get("dead-reason") and headers.get("dead-durable")):
            broken.append(f"dead letter {sequence} on {letter.subject} says no reason")
    return state.messages, broken


async def _unsent(database: Database, outbox: Table) -> tuple[int, int]:
    """How many rows are not published, and the first of them."""
    waiting = select(func.count(), func.min(outbox.c.position)).where(outbox.c.sent_at.is_(None))
    async with database.reading() as session:
        count, first = (await session.execute(waiting)).one()
    return count, first or 0


async def _lost(database: Database, service: str) -> tuple[int, int]:
    """How many outbox positions are still to be published again at most, and how far that is."""
    stream = PUBLISHED[service]
    lacking = select(stream.c.again_at, stream.c.again_to).where(stream.c.again_at.is_not(None))
    async with database.reading() as session:
        row = (await session.execute(lacking)).first()
    return (row.again_to - row.again_at, row.again_at) if row is not None else (0, 0)
