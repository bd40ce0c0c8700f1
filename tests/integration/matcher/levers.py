"""What every lever of the machine needs: a stage, who is there, and the step that is compared with the model."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from services.matcher.policies.policy import Policy
from shared.community.definition import Community
from shared.community.hours import ALL_WEEK, WeekHours
from shared.contracts.refusal import Refusal
from shared.contracts.words import Urgency, Window
from tests.integration.matcher.model import ACTIVE, ENDED, UNPAIRED, Rule1, Snapshot, check_rows, snapshot
from tests.integration.matcher.stage import FAR_GRID, GRID, NEXT_GRID, Stage, volunteer
from tests.integration.matcher.test_climbing import clock_of

COUNTY = "qindu"
MEDIATION = "mediation-maoling-east"
GRIDS = [GRID, NEXT_GRID, FAR_GRID]
EVENINGS, DAYS = WeekHours.parse("mon-fri 18-22; sat-sun 8-22"), WeekHours.parse("daily 8-20")
HOURS = [WeekHours(ALL_WEEK), WeekHours(ALL_WEEK), EVENINGS, DAYS, WeekHours(0)]
PASSING = [1, 4, 6, 6, 31, 61, 240, 720, 3000]
"""Minutes that pass: less and more than the draws, the offers, the looks and the dispatch clocks."""

T = TypeVar("T")

PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(GRIDS),
        st.sampled_from(HOURS),
        st.sampled_from([(), (MEDIATION,), (MEDIATION,)]),
        st.integers(1, 3),
        st.booleans(),
        st.booleans(),
        st.integers(1, 4),
    ),
    min_size=6,
    max_size=9,
)
WINDOWS = st.one_of(st.none(), st.tuples(st.integers(-1, 8), st.integers(1, 4)))
"""None, or in so many hours, so many hours long."""


def one_of(choices: Iterator[T], pick: int) -> T:
    found = list(choices)
    return found[pick % len(found)]


class Levers(RuleBasedStateMachine):
    """One community on a stage; what may be picked, and a step."""

    community: ClassVar[Community]
    migrated: ClassVar[Path]
    policy: ClassVar[Policy | None] = None

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._folder = Path(tempfile.mkdtemp(prefix="paidan-model-"))
        shutil.copy(self.migrated, self._folder / "matcher.db")
        self._turning = AsyncExitStack()
        self._runner.run(self._open())

    async def _open(self) -> None:
        self.stage = Stage(f"sqlite+aiosqlite:///{self._folder / 'matcher.db'}", self.community, self.policy)
        await self._turning.enter_async_context(self.stage.writing())
        self.seen = await snapshot(self.stage)

    def teardown(self) -> None:
        """Nothing is left behind."""
        self._runner.run(self._close())
        self._runner.close()
        shutil.rmtree(self._folder)

    async def _close(self) -> None:
        await self._turning.aclose()
        await self.stage.database.close()

    @initialize(people=PEOPLE)
    def enrol(self, people: list[tuple[Any, ...]]) -> None:
        """A roster, and two orders that wait from the start."""
        roster = [
            volunteer(
                f"v-{number}",
                *posts,
                home=home,
                hours=hours,
                capacity=capacity,
                on_duty=on_duty,
                vetted=vetted,
                daily_offers=offers,
            )
            for number, (home, hours, posts, capacity, on_duty, vetted, offers) in enumerate(people)
        ]
        self.model = Rule1(self.community, roster)
        self._step(self.stage.enrol(*roster))
        assert len(roster) == len(self.seen.volunteers)
        for urgency, headcount in ((Urgency.NORMAL, 2), (Urgency.URGENT, 1)):
            self._step(self.stage.place("sweeping", urgency=urgency, headcount=headcount))

    async def _sweep(self) -> None:
        clock = clock_of(self.stage)
        for _ in range(8):
            if not await clock.sweep(self.stage.now):
                return
        raise AssertionError("something is due again and again")

    def _step(self, act: Awaitable[Any], *, amended: bool = False, pooled: bool = False) -> None:
        before = self.seen
        self.seen = self._runner.run(self._acted(act))
        check_rows(self.seen)
        self.model.check_step(before, self.seen, amended=amended, pooled=pooled)

    async def _acted(self, act: Awaitable[Any]) -> Snapshot:
        with suppress(Refusal):
            await act
        return await snapshot(self.stage, self.seen.told)

    def _window(self, told: tuple[int, int] | None) -> Window | None:
        if told is None:
            return None
        starts = self.stage.now + timedelta(hours=told[0])
        return Window(from_=starts, to=starts + timedelta(hours=told[1]))

    def _there(self) -> Iterator[str]:
        return (one for one in self.seen.volunteers if one not in self.model.gone)

    def _offers(self) -> Iterator[Any]:
        return (offer for offer in self.seen.offers.values() if offer.state == "open")

    def _active(self) -> Iterator[Any]:
        return (one for one in self.seen.assignments.values() if one.state in ACTIVE)

    def _running(self) -> Iterator[str]:
        return (one.order_id for one in self.seen.dispatches.values() if one.state not in ENDED)

    def _current(self) -> Iterator[str]:
        running = set(self._running())
        return (leg.leg_id for leg in self.seen.legs.values() if leg.order_id in running and leg.state == "open")

    def _waiting(self) -> Iterator[str]:
        waiting = {one.order_id for one in self.seen.dispatches.values() if one.state in UNPAIRED}
        return (leg.leg_id for leg in self.seen.legs.values() if leg.order_id in waiting and leg.state == "open")
