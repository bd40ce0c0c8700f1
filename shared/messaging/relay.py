"""Outbox → JetStream. The only place that publishes events.

A page of what waits goes out at once and in order (publishing.py); a row is marked when the broker acknowledged it,
else it is published again with the same ``Nats-Msg-Id``, without end. Of several processes on one database one
publishes, so that no event overtakes another of the same order. Awake after each commit; a tick covers what another
process committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Generic, TypeVar

import structlog
from nats.errors import Error as NatsError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from shared.contracts.refusal import Unavailable
from shared.messaging.bus import Bus
from shared.messaging.inbox import MessagingRepository
from shared.messaging.outbox import OutboxColumns
from shared.messaging.published import Acknowledged, PublishedColumns
from shared.messaging.publishing import PAGE, Publishing
from shared.messaging.remembering import mark_sent
from shared.messaging.republishing import Republishing, sequences
from shared.observability.metrics import OUTBOX_WAITING
from shared.persistence.engine import Database
from shared.persistence.group_commit import GroupCommit
from shared.persistence.leading import Leading
from shared.persistence.unit_of_work import UnitOfWork

log = structlog.get_logger()

TICK_SECONDS = 2.0
SHARED_TICK_SECONDS = 0.2
"""The tick where other processes commit as well: their events wait no longer than this."""
WAITING_SECONDS = 1.0
"""How often a process that does not lead looks whether it may."""
LONGEST_PAUSE_SECONDS = 1.0

M = TypeVar("M", bound=MessagingRepository)


class Relay(Generic[M]):
    """Publishes one service's outbox."""

    def __init__(
        self,
        service: str,
        database: Database,
        tables: tuple[type[OutboxColumns], type[PublishedColumns]],
        writer: GroupCommit[M],
        bus: Bus,
    ) -> None:
        """``tables``: the service's outbox, and what it remembers of its stream."""
        self._database = database
        self._outbox, _ = tables
        self._publishing = Publishing(service, bus)
        self._republishing = Republishing(self._publishing, database, tables, writer, bus)
        self._writer = writer
        self._bus = bus
        self._leading = Leading(database, f"relay of {service}")
        self._tick = TICK_SECONDS if database.is_sqlite else SHARED_TICK_SECONDS
        self._work = asyncio.Event()

    async def leads(self) -> bool:
        """Whether this process is the one that publishes. Raises ``SQLAlchemyError`` or ``OSError``."""
        return await self._leading.leads()

    async def resign(self) -> None:
        """Leave publishing to another process."""
        await self._leading.resign()

    def wake(self, unit: UnitOfWork[M]) -> None:
        """After a commit: there may be something to publish."""
        if unit.recorded:
            self._work.set()

    async def run(self) -> None:
        """Publish until cancelled, while this process leads."""
        try:
            await self._run()
        finally:
            await self.resign()

    async def _run(self) -> None:
        pause = 0.1
        while True:
            await self._bus.connected.wait()
            self._work.clear()
            try:
                if not await self.leads():
                    self._republishing.forget()
                    await asyncio.sleep(WAITING_SECONDS)
                    continue
                sent, failed = await self.publish_page()
                again, whole = await self.publish_again()
            except (NatsError, OSError, SQLAlchemyError, Unavailable) as error:
                log.warning("relay.paused", error=type(error).__name__)
                sent, failed, again, whole = 0, 1, 0, False
            if failed or not whole:
                self._republishing.forget()
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            elif sent < PAGE and not again:
                pause = 0.1
                await self._rest()

    async def publish_page(self) -> tuple[int, int]:
        """Publish the oldest unsent rows; returns how many were acknowledged and how many were not."""
        await self._republishing.look()
        rows = await self._unsent()
        if not rows:
            return 0, 0
        answers = await self._publishing.put(rows)
        positions = [row.position or 0 for row, answer in zip(rows, answers, strict=True) if answer is not None]
        if positions:
            await self._writer.do(mark_sent, Acknowledged(self._publishing.stream, positions, *sequences(answers)))
        return len(positions), len(rows) - len(positions)

    async def publish_again(self) -> tuple[int, bool]:
        """Publish the next page of what the stream has lost; how many, and whether the broker took all of them."""
        return await self._republishing.publish_page()

    async def _unsent(self) -> Sequence[OutboxColumns]:
        page = (
            select(self._outbox)
            .where(col(self._outbox.sent_at).is_(None))
            .order_by(col(self._outbox.position))
            .limit(PAGE)
        )
        async with self._database.reading() as session:
            return (await session.scalars(page)).all()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._tick):
                await self._work.wait()
        except TimeoutError:
            OUTBOX_WAITING.set(await self.waiting())

    async def waiting(self) -> int:
        """How many committed events are not yet acknowledged by the broker."""
        count = select(func.count()).where(col(self._outbox.sent_at).is_(None))
        async with self._database.reading() as session:
            return await session.scalar(count) or 0
