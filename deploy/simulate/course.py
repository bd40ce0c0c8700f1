"""The course of events: from one minute in which something happens to the next."""

from __future__ import annotations

import heapq
import inspect
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from deploy.simulate.stage import Act, Stage
from shared.contracts.envelope import Event

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Plan = Callable[[], Act | None] | Callable[[], Awaitable[Act | None]]
"""What somebody means to do; None when they see that there is nothing to be done."""


class Course:
    """Plans in domain time. What is planned for the same minute is done together, in the order of its seconds.

    ``hear`` is told every fact, and plans what follows from it.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._plans: list[tuple[datetime, int, Plan]] = []
        self._numbers = itertools.count()

    @property
    def now(self) -> datetime:
        """The minute that is being done."""
        return self._stage.now

    def plan(self, at: datetime, plan: Plan) -> None:
        """Have something done at an instant; in the next minute, if that has passed."""
        heapq.heappush(self._plans, (at, next(self._numbers), plan))

    async def run(self, until: datetime, hear: Callable[[Event], None]) -> None:
        """Go on until nothing is left to be done, or ``until``."""
        while (following := self._following(due := await self._stage.next_due())) is not None and following <= until:
            self._stage.now = following
            await self._stage.do(await self._due())
            if due is not None and due <= following:
                await self._stage.sweep()
            for fact in self._stage.facts():
                hear(fact)

    def _following(self, due: datetime | None) -> datetime | None:
        """The next minute with a plan, or with something ``due``."""
        planned = [whole_minute(self._plans[0][0])] if self._plans else []
        first = min([*planned, *([whole_minute(due)] if due else [])], default=None)
        return max(first, self.now + MINUTE) if first else None

    async def _due(self) -> list[Act]:
        acts: list[Act] = []
        while self._plans and self._plans[0][0] <= self.now:
            planned = heapq.heappop(self._plans)[2]()
            act = await planned if inspect.isawaitable(planned) else planned
            if act is not None:
                acts.append(act)
        return acts


def whole_minute(at: datetime) -> datetime:
    """The instant itself, or the next whole minute."""
    return EPOCH + MINUTE * -((EPOCH - at) // MINUTE)
