"""What falls due at intake: a review that never came."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from services.intake.queries import Queries
from services.intake.repository import Repository
from services.intake.use_cases.changing import Changing
from shared.community.clock import DomainClock
from shared.contracts.refusal import Refusal, Unavailable
from shared.persistence.group_commit import GroupCommit

log = structlog.get_logger()

MOST = 256


class ReviewClock:
    """Closes served orders whose review deadline has passed."""

    def __init__(
        self,
        queries: Queries,
        changing: Changing,
        writer: GroupCommit[Repository],
        clock: DomainClock,
        tick_seconds: float,
    ) -> None:
        self._queries = queries
        self._changing = changing
        self._writer = writer
        self._clock = clock
        self._tick = tick_seconds

    async def sweep(self, now: datetime) -> int:
        """Close everything due at ``now``; returns how many orders were due."""
        due = await self._queries.due_reviews(now, MOST)
        answers = await asyncio.gather(
            *(self._writer.do(self._changing.lapse_reviews, order_id) for order_id in due),
            return_exceptions=True,
        )
        for answer in answers:
            if isinstance(answer, Unavailable) or not isinstance(answer, BaseException):
                continue
            if not isinstance(answer, Refusal):  # reviewed a moment ago is fine; anything else is not
                raise answer
        return len(due)

    async def run(self) -> None:
        """Sweep for ever, at least every tick (wall seconds), sooner when something falls due sooner."""
        while True:
            due = await self.sweep(self._clock.now())
            if due < MOST:
                await asyncio.sleep(await self._pause())

    async def _pause(self) -> float:
        following = await self._queries.next_review_due()
        if following is None:
            return self._tick
        ahead = (following - self._clock.now()).total_seconds()
        return min(max(self._clock.wall_seconds(ahead), 0.05), self._tick)
