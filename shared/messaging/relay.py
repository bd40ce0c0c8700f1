"""Outbox → JetStream. The only place that publishes events.

A page of what waits goes out at once and in order (publishing.py); a row is marked when the broker acknowledged it,
else it is published again with the same ``Nats-Msg-Id``, without end. Of several processes on one database one
publishes, so that no event overtakes another of the same order. Awake after each commit, its own or another process's;
a slow tick covers a call that was lost.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from math import inf
from typing import Generic, TypeVar

import structlog
from nats.errors import Error as NatsError
from nats.js.api import PubAck
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from shared.contracts.refusal import Unavailable
from shared.messaging.bus import Bus
from shared.messaging.inbox import MessagingRepository
from shared.messaging.outbox import Kept, OutboxColumns, kept
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
MARK_SECONDS = 0.1
"""So long a row that the broker has may wait for its mark: a busy second has ten commits of marks, not ninety."""
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
        self._work = asyncio.Event()
        self._leading = Leading(database, f"relay of {service}", self._work.set)
        self._unmarked: dict[int, PubAck] = {}
        self._mark_at = inf

    async def leads(self) -> bool:
        """Whether this process is the one that publishes. Raises ``SQLAlchemyError`` or ``OSError``."""
        return await self._leading.leads()

    async def resign(self) -> None:
        """Mark what the broker has, and leave publishing to another process."""
        with suppress(SQLAlchemyError, OSError, Unavailable):  # what is not marked is published again, and known
            await self._mark()
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
                    self._unmarked.clear()
                    await self._follow()
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
        if not await self._republishing.look():
            self._unmarked.clear()  # what another stream acknowledged is worth nothing
        rows = await self._unsent()
        answers = await self._publishing.put(rows) if rows else ()
        taken = {row.position: told for row, told in zip(rows, answers, strict=True) if told is not None}
        if taken and not self._unmarked:
            self._mark_at = time.monotonic() + MARK_SECONDS
        self._unmarked |= taken
        if len(self._unmarked) >= PAGE or time.monotonic() >= self._mark_at:
            await self._mark()
        return len(taken), len(rows) - len(taken)

    async def _mark(self) -> None:
        if marked := dict(self._unmarked):
            answers = list(marked.values())
            await self._writer.do(mark_sent, Acknowledged(self._publishing.stream, list(marked), *sequences(answers)))
        self._unmarked = {position: told for position, told in self._unmarked.items() if position not in marked}
        self._mark_at = inf

    async def publish_again(self) -> tuple[int, bool]:
        """Publish the next page of what the stream has lost; how many, and whether the broker took all of them."""
        return await self._republishing.publish_page()

    async def _unsent(self) -> Sequence[Kept]:
        page = kept(self._outbox).where(col(self._outbox.sent_at).is_(None)).limit(PAGE + len(self._unmarked))
        async with self._database.reading() as session:
            rows = map(Kept._make, await session.execute(page))
            return [row for row in rows if row.position not in self._unmarked]

    async def _rest(self) -> None:
        until = min(time.monotonic() + TICK_SECONDS, self._mark_at)
        if not await self._is_called(until - time.monotonic()) and not self._unmarked:
            OUTBOX_WAITING.set(await self.waiting())

    async def _follow(self) -> None:
        """Another process leads: it is called after each commit of ours."""
        if await self._is_called(WAITING_SECONDS):
            await self._leading.call()

    async def _is_called(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._work.wait()
        except TimeoutError:
            return False

    async def waiting(self) -> int:
        """How many committed events are not yet acknowledged by the broker."""
        count = select(func.count()).where(col(self._outbox.sent_at).is_(None))
        async with self._database.reading() as session:
            return await session.scalar(count) or 0
