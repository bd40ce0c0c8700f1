"""What falls due at intake: reminders, a review that never came, calls that nobody made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog

from services.intake.queries.deadlines import Deadlines
from services.intake.use_cases import UseCases
from services.intake.use_cases.calling import Missed
from shared.community.clock import DomainClock
from shared.contracts.refusal import Refusal, Unavailable

log = structlog.get_logger()

MOST = 256


class ReviewClock:
    """Reminds of reviews, closes served orders that nobody answered for, and passes on calls that nobody made."""

    def __init__(
        self,
        deadlines: Deadlines,
        use_cases: UseCases,
        clock: DomainClock,
        tick_seconds: float,
    ) -> None:
        self._deadlines = deadlines
        self._use_cases = use_cases
        self._clock = clock
        self._tick = tick_seconds

    async def sweep(self, now: datetime) -> int:
        """Do everything due at ``now``; returns how much was due."""
        lapsing, calling = self._use_cases.lapsing, self._use_cases.calling
        reminders = await self._each(lapsing.remind_residents, await self._deadlines.due_reminders(now, MOST))
        reviews = await self._each(lapsing.lapse_reviews, await self._deadlines.due_reviews(now, MOST))
        missed = [Missed(*call) for call in await self._deadlines.due_calls(now, MOST)]
        return max(reminders, reviews, await self._each(calling.climb_calls, missed))

    async def _each(self, use_case: Callable[..., Any], due: Sequence[Any]) -> int:
        do = self._use_cases.writer.do
        answers = await asyncio.gather(*(do(use_case, command) for command in due), return_exceptions=True)
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
        following = await self._deadlines.next_due()
        if following is None:
            return self._tick
        ahead = (following - self._clock.now()).total_seconds()
        return min(max(self._clock.wall_seconds(ahead), 0.05), self._tick)
