"""I5: after quiet nothing is unpublished, nothing is undelivered, and every dead letter says why it died."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from sqlalchemy import Table, func, select

from deploy.verify.evidence import Databases
from deploy.verify.tables import INTAKE_OUTBOX, MATCHER_OUTBOX, NOTIFIER_OUTBOX
from shared.contracts.flows import SERVICES, durables_of, stream_of
from shared.messaging.streams import DEAD_STREAM
from shared.persistence.engine import Database

QUIET_SECONDS = 60.0
LOOK_SECONDS = 0.5
LOOKS = 2
"""So many looks in a row must find nothing under way: what one service publishes makes the next one work."""

_OUTBOXES = (("intake", INTAKE_OUTBOX), ("matcher", MATCHER_OUTBOX), ("notifier", NOTIFIER_OUTBOX))


@dataclass(frozen=True)
class Backlog:
    """What is still under way, by name; empty is quiet."""

    waiting: dict[str, int] = field(default_factory=dict)

    @property
    def quiet(self) -> bool:
        """Whether nothing is under way."""
        return not self.waiting

    def lines(self) -> list[str]:
        """A line for each backlog."""
        return [f"{name}: {count} waiting" for name, count in self.waiting.items()]


async def backlog(databases: Databases, js: JetStreamContext) -> Backlog:
    """Unsent outbox rows of each service, and pending or unacknowledged messages of each durable."""
    waiting = {}
    for service, outbox in _OUTBOXES:
        waiting[f"outbox of {service}"] = await _unsent(databases.named()[service], outbox)
    for service in SERVICES:
        for durable, publisher in durables_of(service):
            try:
                consumer = await js.consumer_info(stream_of(publisher), durable)
            except (NatsError, NotFoundError):
                waiting[f"consumer {durable} (absent)"] = 1
                continue
            waiting[f"consumer {durable}"] = (consumer.num_pending or 0) + (consumer.num_ack_pending or 0)
    return Backlog({name: count for name, count in waiting.items() if count})


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


async def dead_letters_are_explained(js: JetStreamContext) -> tuple[int, list[str]]:
    """I5: how many dead letters there are, and those that carry no reason."""
    state = (await js.stream_info(DEAD_STREAM)).state
    broken = []
    for sequence in range(state.first_seq, state.last_seq + 1) if state.messages else ():
        try:
            letter = await js.get_msg(DEAD_STREAM, sequence)
        except (NotFoundError, NatsTimeout):
            continue
        headers = letter.headers or {}
        if not (headers.get("dead-reason") and headers.get("dead-durable")):
            broken.append(f"dead letter {sequence} on {letter.subject} says no reason")
    return state.messages, broken


async def _unsent(database: Database, outbox: Table) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))) or 0
