"""A stream that was lost, whole or at its end, is published again from the outbox, in order, beside what is new.

Page by page, each noted when the broker has stored it, so that it goes on where it was after a crash. Consumers drop
what they have heard before; new events do not wait for the old ones.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Generic, TypeVar

import structlog
from nats.js.api import PubAck
from sqlmodel import col

from shared.contracts.refusal import Unavailable
from shared.messaging.bus import Bus
from shared.messaging.inbox import MessagingRepository
from shared.messaging.outbox import Kept, OutboxColumns, kept
from shared.messaging.published import PublishedAgain, PublishedColumns, Seen
from shared.messaging.publishing import PAGE, Publishing
from shared.messaging.remembering import mark_published_again, meet_streams
from shared.messaging.states import see_stream
from shared.observability.metrics import OUTBOX_AGAIN
from shared.persistence.engine import Database
from shared.persistence.group_commit import GroupCommit

log = structlog.get_logger()

LOOK_SECONDS = 2.0
TOLD_EVERY = 20 * PAGE

M = TypeVar("M", bound=MessagingRepository)


def sequences(answers: Sequence[PubAck | None]) -> tuple[int, int]:
    """The first and the last sequence of what was new to the broker; zeros when nothing was."""
    fresh = [answer.seq for answer in answers if answer is not None and not answer.duplicate]
    return (min(fresh), max(fresh)) if fresh else (0, 0)


class Republishing(Generic[M]):
    """Looks after one service's stream, in the process that publishes."""

    def __init__(
        self,
        publishing: Publishing,
        database: Database,
        tables: tuple[type[OutboxColumns], type[PublishedColumns]],
        writer: GroupCommit[M],
        bus: Bus,
    ) -> None:
        self._publishing = publishing
        self._stream = publishing.stream
        self._database = database
        self._outbox, self._published = tables
        self._writer = writer
        self._bus = bus
        self._again: tuple[int, int] | None = None
        self._looked_at = float("-inf")
        self._told_at = 0

    def forget(self) -> None:
        """Look again before anything else: the stream may be another now."""
        self._looked_at = float("-inf")

    async def look(self) -> bool:
        """Compare the stream with what is remembered of it, every two seconds; whether it is as it was. A broker that
        does not answer is no reason to publish nothing: what it acknowledges tells as much."""
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return True
        self._looked_at = time.monotonic()
        as_it_was = True
        try:
            as_it_was = await self._meet(await see_stream(self._bus, self._stream))
        except Unavailable as away:
            log.warning("stream.unseen", stream=self._stream, detail=away.detail)
        await self._read()
        return as_it_was

    async def _meet(self, seen: Seen) -> bool:
        known = await self._remembered()
        if known is not None and known.created == seen.created and seen.last_sequence >= known.last_sequence:
            return True
        await self._writer.do(meet_streams, seen)
        return False

    async def publish_page(self) -> tuple[int, bool]:
        """Publish the next lost events again; how many, and whether the broker took all of them."""
        if self._again is None:
            return 0, True
        at, to = self._again
        rows = await self._lost(at, to)
        answers = await self._publishing.put(rows)
        taken = next((number for number, answer in enumerate(answers) if answer is None), len(rows))
        up_to = to if taken == len(rows) < PAGE else rows[taken - 1].position if taken else at
        if up_to > at:
            await self._writer.do(mark_published_again, PublishedAgain(self._stream, up_to, *sequences(answers)))
            await self._read()
            self._tell(up_to, to)
        return taken, taken == len(rows)

    async def _lost(self, at: int, to: int) -> Sequence[Kept]:
        position = col(self._outbox.position)
        page = kept(self._outbox).where(position > at, position <= to, col(self._outbox.sent_at).is_not(None))
        async with self._database.reading() as session:
            return [Kept._make(row) for row in await session.execute(page.limit(PAGE))]

    async def _read(self) -> None:
        row, before = await self._remembered(), self._again
        self._again = row.lacking if row is not None else None
        if before is None and self._again is not None:
            log.warning("stream.lost", stream=self._stream, after=self._again[0], up_to=self._again[1])
        if before is not None and self._again is None:
            log.info("stream.whole", stream=self._stream)
        OUTBOX_AGAIN.set(self._again[1] - self._again[0] if self._again else 0)

    async def _remembered(self) -> PublishedColumns | None:
        async with self._database.reading() as session:
            return await session.get(self._published, self._stream)

    def _tell(self, position: int, end: int) -> None:
        if abs(position - self._told_at) >= TOLD_EVERY:
            self._told_at = position
            log.info("stream.published_again", stream=self._stream, position=position, up_to=end)
