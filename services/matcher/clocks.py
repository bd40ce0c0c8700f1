"""What falls due at matcher: a dispatch that nobody moved on, an offer that nobody answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog

from services.matcher.queries import Queries
from services.matcher.use_cases import UseCases
from shared.community.clock import DomainClock
from shared.contracts.refusal import Refusal, Unavailable

log = structlog.get_logger()

MOST = 256
SHORTEST_PAUSE_SECONDS = 0.05


class DispatchClock:
    """Moves overdue orders up the ladder and expires offers. ``tick_seconds``: the longest pause, in wall time."""

    def __init__(self, queries: Queries, use_cases: UseCases, clock: DomainClock, tick_seconds: float) -> None:
        self._queries = queries
        self._use_cases = use_cases
        self._clock = clock
        self._tick = tick_seconds

    async def sweep(self, now: datetime) -> int:
        """Do everything due at ``now``; returns how much was.

        Dispatches come first: an offer never outlives its order's due time, and an order that climbs asks nobody else.
        """
        due = await self._queries.due_dispatches(now, MOST)
        await self._do(self._use_cases.climbing.climb_dispatches, due)
        expired = await self._queries.expired_offers(now, MOST)
        await self._do(self._use_cases.answering.expire_offers, expired)
        return len(due) + len(expired)

    async def run(self) -> None:
        """Sweep for ever, at least every tick, sooner when something falls due sooner."""
        while True:
            try:
                done = await self.sweep(self._clock.now())
                pause = 0.0 if done >= MOST else await self._pause()
            except Unavailable as error:
                log.warning("clock.paused", error=type(error).__name__)
                pause = self._tick
            await asyncio.sleep(pause)

    async def _do(self, use_case: Callable[..., Any], ids: Sequence[str]) -> None:
        answers = await asyncio.gather(
            *(self._use_cases.writer.do(use_case, one) for one in ids), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, Refusal):
                raise answer  # somebody was quicker is fine; anything else is not

    async def _pause(self) -> float:
        following = await self._queries.next_due()
        if following is None:
            return self._tick
        ahead = (following - self._clock.now()).total_seconds()
        return min(max(self._clock.wall_seconds(ahead), SHORTEST_PAUSE_SECONDS), self._tick)
