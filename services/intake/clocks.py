"""What falls due at intake: reminders, a review that never came, calls that nobody made, and what is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog

from services.intake.policies.forgetting import Forgotten
from services.intake.queries.deadlines import Deadlines
from services.intake.queries.personal import ToForget
from services.intake.use_cases import UseCases
from services.intake.use_cases.calling import Missed
from services.intake.use_cases.forgetting import Erase, Forget
from shared.community.clock import DomainClock
from shared.contracts.personal import WordsForgotten, WordsToForget
from shared.contracts.refusal import NotFound, Refusal, Unavailable
from shared.persistence.engine import DATABASE_ERRORS
from shared.persistence.erasures import Register

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


AsksMatcher = Callable[[WordsToForget], Awaitable[WordsForgotten]]


class ForgettingClock:
    """Lets go of what has passed its time, tells matcher, and erases again whom a restored database still has.

    What is due is read from the database each time, so a restart forgets nothing and skips nothing. ``tick_seconds``:
    the pause between two rounds, in wall time; the times themselves are the domain's.
    """

    def __init__(
        self,
        due: ToForget,
        use_cases: UseCases,
        register: Register,
        ask: AsksMatcher,
        clock: DomainClock,
        tick_seconds: float,
    ) -> None:
        self._due = due
        self._forgetting, self._writer = use_cases.forgetting, use_cases.writer
        self._teaching = use_cases.teaching
        self._register = register
        self._ask = ask
        self._clock = clock
        self._tick = tick_seconds
        self._compared = False

    async def sweep(self, now: datetime) -> int:
        """One round at ``now``; returns how many orders came to a step."""
        if not self._compared:
            await self.compare()
        await self._writer.do(self._forgetting.forget_sightings, now)
        await self._writer.do(self._teaching.forget_lessons, now)
        count = 0
        for step in (Forgotten.HINTS, Forgotten.CONTACT):
            for order_id in await self._due.due(step, now, MOST):
                await self._writer.do(self._forgetting.forget_orders, Forget(order_id, step))
                count += 1
        for order_id in await self._due.untold(MOST):
            await self._tell(order_id)
        return count

    async def begin(self) -> None:
        """Before anything is shown. Without its database a service shows nothing, and compares later."""
        with suppress(Unavailable, *DATABASE_ERRORS):  # the tables may not be there yet either
            await self.compare()

    async def compare(self) -> int:
        """Erase again everybody in the register whom this database does not know to be erased; how many they were."""
        known = await self._due.erased()
        missing = [one for one in self._register.read() if one.subject not in known]
        for one in missing:
            try:
                await self._writer.do(self._forgetting.erase, Erase(one.about, one.subject, again=True))
            except NotFound:  # the backup is older than the order
                continue
        self._compared = True
        if missing:
            log.info("erasures.repeated", people=len(missing))
        return len(missing)

    async def run(self) -> None:
        """Sweep for ever."""
        while True:
            try:
                await self.sweep(self._clock.now())
            except Unavailable as error:
                log.info("forgetting.paused", error=type(error).__name__)
            await asyncio.sleep(self._tick)

    async def _tell(self, order_id: str) -> None:
        try:
            await self._ask(WordsToForget(order_id=order_id))
        except Unavailable:
            return  # away, or it has not heard of the end: the next time
        except NotFound:
            log.info("words.unknown", order_id=order_id)
        await self._writer.do(self._forgetting.matcher_forgot, order_id)
