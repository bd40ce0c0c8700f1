"""What falls due at matcher: draws, dispatches, offers and call-ups nobody answered, and another look for people."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.matcher.queries import Queries
from services.matcher.use_cases import UseCases
from services.matcher.use_cases.recusing import Parties
from shared.community.clock import DomainClock
from shared.contracts.refusal import NotFound, Refusal, Unavailable
from shared.contracts.requests import PartiesAsked, PartiesTold

log = structlog.get_logger()

MOST = 256
DRAFTS_KEPT = timedelta(hours=24)
SHORTEST_PAUSE_SECONDS = 0.05
LOOKS_A_SWEEP = 10
"""A look is one statement, a sweep one for each kind of clock: an idle matcher looks."""


class DispatchClock:
    """Moves what fell due. ``tick_seconds``: the longest pause, in wall time. ``departments``: the codes of those there
    are, so that nothing stays with one that is no more. ``drafts_kept``: how long a roster that was sent and not
    imported stays (domain time).
    """

    def __init__(
        self,
        queries: Queries,
        use_cases: UseCases,
        clock: DomainClock,
        tick_seconds: float,
        departments: Collection[str] | None = None,
        drafts_kept: timedelta = DRAFTS_KEPT,
    ) -> None:
        self._queries = queries
        self._use_cases = use_cases
        self._clock = clock
        self._tick = tick_seconds
        self._departments = departments
        self._drafts_kept = drafts_kept

    async def sweep(self, now: datetime) -> int:
        """Do everything due at ``now``; returns how much was.

        Draws come first, so that a yes is heard before the order climbs; then dispatches: an offer never outlives its
        order's due time, and an order that climbs asks nobody else.
        """
        due, use_cases = self._queries.due, self._use_cases
        done = await self._do(use_cases.drawing.settle_draws, await due.ended_draws(now, MOST))
        done += await self._do(use_cases.climbing.climb_dispatches, await due.dispatches(now, MOST))
        done += await self._do(use_cases.answering.expire_offers, await due.expired_offers(now, MOST))
        done += await self._do(use_cases.calling_up.lapse_call_ups, await due.expired_call_ups(now, MOST))
        done += await self._do(use_cases.incidents.raise_again, await due.incidents(now, MOST))
        done += await self._do(use_cases.departing.clear_departed, await due.departed(MOST))
        unfinished = await self._queries.photos.unfinished(now - use_cases.photographing.limits.unfinished, MOST)
        done += await self._do(use_cases.photographing.drop_unfinished, unfinished)
        old = await self._queries.drafts.old(now - self._drafts_kept, MOST)
        done += await self._do(use_cases.drafting.drop_old, old)
        if self._departments is not None:
            gone = await due.held_by_nobody(self._departments, MOST)
            done += await self._do(use_cases.climbing.take_back, gone)
        return done + await self._do(use_cases.pairing.look_again, await due.looks(now, MOST))

    async def run(self) -> None:
        """Look every tick whether something is due, sooner when it falls due sooner, and sweep then; every tenth look
        sweeps all the same, for what has no due time (somebody who left, and was given something at that very moment).
        """
        for look in itertools.count():
            try:
                pause = await self._pause()
                if pause <= SHORTEST_PAUSE_SECONDS or look % LOOKS_A_SWEEP == 0:
                    done = await self.sweep(self._clock.now())
                    pause = 0.0 if done >= MOST else await self._pause()
            except Unavailable as error:
                log.warning("clock.paused", error=type(error).__name__)
                pause = self._tick
            await asyncio.sleep(pause)

    async def _do(self, use_case: Callable[..., Any], ids: Sequence[str]) -> int:
        answers = await asyncio.gather(
            *(self._use_cases.writer.do(use_case, one) for one in ids), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, Refusal):
                raise answer  # somebody was quicker is fine; anything else is not
        return len(ids)

    async def _pause(self) -> float:
        following = await self._queries.due.following()
        if following is None:
            return self._tick
        ahead = (following - self._clock.now()).total_seconds()
        return min(max(self._clock.wall_seconds(ahead), SHORTEST_PAUSE_SECONDS), self._tick)


AskParties = Callable[[PartiesAsked], Awaitable[PartiesTold]]


class PartiesClock:
    """Asks intake who the parties to a matter are, again until it answers; nobody is asked to serve before that, and
    the dispatch clock runs on. ``tick_seconds``: the pause between two rounds, in wall time.
    """

    def __init__(self, queries: Queries, use_cases: UseCases, ask: AskParties, tick_seconds: float) -> None:
        self._queries = queries
        self._use_cases = use_cases
        self._ask = ask
        self._tick = tick_seconds

    async def sweep(self) -> int:
        """Ask about every order whose parties are unknown; returns how many are known now."""
        waiting = await self._queries.due.parties_unknown(MOST)
        return sum(await asyncio.gather(*(self._learn(order_id) for order_id in waiting)))

    async def run(self) -> None:
        """Sweep for ever."""
        while True:
            try:
                await self.sweep()
            except Unavailable as error:
                log.warning("parties.paused", error=type(error).__name__)
            await asyncio.sleep(self._tick)

    async def _learn(self, order_id: str) -> int:
        try:
            told = await self._ask(PartiesAsked(order_id=order_id))
        except Unavailable:
            return 0
        except NotFound:  # intake has forgotten the order: there is nobody left to spare
            told = PartiesTold()
        parties = Parties(order_id, told.areas, sorted(told.marks))
        await self._use_cases.writer.do(self._use_cases.recusing.note_parties, parties)
        return 1
