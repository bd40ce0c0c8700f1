"""The whole house in a machine: its broker, its time, who dies, and what must be true after every pull."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from deploy.verify import histories, notices, orders, owed, promises, serving, steps, views
from deploy.verify.looking import Look
from shared.community.definition import Community
from shared.community.roster import RosterRow
from shared.contracts.flows import SERVICES, durables_of
from shared.contracts.words import Role
from tests.integration.together.seen import Seen, check_agreed, check_held, check_told, see
from tests.integration.together.trio import Trio

PAIRS = [(service, publisher) for service in SERVICES for _, publisher in durables_of(service)]
ROADS = st.sampled_from([pair for pair in PAIRS if pair[1] in SERVICES])
PASSING = [1, 7, 31, 61, 240, 721, 1441, 4321]
"""Minutes that pass: less and more than every clock of the county."""


class House(RuleBasedStateMachine):
    """Three services and a few volunteers; what people do is for those who derive from it."""

    rules_of: ClassVar[Community]
    roster: ClassVar[list[RosterRow]]
    services: ClassVar[list[str]]
    areas: ClassVar[list[str]]
    migrated: ClassVar[dict[str, Path]]

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._folder = Path(tempfile.mkdtemp(prefix="paidan-together-"))
        urls = {}
        for service, file in self.migrated.items():
            shutil.copy(file, self._folder / f"{service}.db")
            urls[service] = f"sqlite+aiosqlite:///{self._folder / f'{service}.db'}"
        self.trio = Trio(self._folder, urls, self.rules_of, self.roster)
        self.placed = 0
        self.broker_is_up = True
        self._run(self.trio.begin())
        self.seen: Seen = self._run(see(self.trio))

    def _run(self, act: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(act)

    def teardown(self) -> None:
        """After everything has arrived, every promise holds, seen from inside and from outside."""
        try:
            self._run(self._check_quiet())
        finally:
            self._run(self.trio.end())
            self._runner.close()
            shutil.rmtree(self._folder)

    async def _check_quiet(self) -> None:
        for _ in range(3):  # a sweep may tell what moves another clock
            await self.trio.sweep()
            await self.trio.carry_all()
        seen = await see(self.trio)
        check_held(seen.dispatches, self.trio.now)
        check_held(seen.orders, self.trio.now)
        check_agreed(seen)
        await check_told(self.trio)
        look = Look(self.trio.databases)
        checks = (
            promises.orders_are_whole,
            orders.open_orders_are_held,
            serving.places_are_taken_once,
            serving.counters_agree,
            histories.versions_are_gapless,
            histories.transitions_are_legal,
            steps.dispatches_step_legally,
            views.services_agree,
            views.parts_agree,
            notices.each_step_once,
            owed.everybody_hears,
        )
        for check in checks:
            broken = await check(look)
            assert not broken, f"{check.__name__}: {[breach.line for breach in broken[:5]]}"

    def act(self, act: Coroutine[Any, Any, Any]) -> None:
        """One pull: the act, a sweep of what is due by now, what the broker carries, and a look at everything."""

        async def acted() -> Seen:
            await act
            await self.trio.sweep()
            if self.broker_is_up:
                await self.trio.carry_all()
            return await see(self.trio)

        self.seen = self._run(acted())
        check_held(self.seen.dispatches, self.trio.now)

    @rule()
    def lose_broker(self) -> None:
        """The broker is away; what is told waits."""
        self.broker_is_up = False

    @precondition(lambda self: not self.broker_is_up)
    @rule(road=ROADS, twice=st.booleans(), dying=st.booleans())
    def carry(self, road: tuple[str, str], *, twice: bool, dying: bool) -> None:
        """One fact arrives: twice, or at a service that dies over it."""
        self.act(self.trio.carry(*road, twice=twice, dying=dying))

    @precondition(lambda self: not self.broker_is_up)
    @rule()
    def arrive(self) -> None:
        """The broker is back, and everything that was told arrives."""
        self.broker_is_up = True
        self.act(self.trio.carry_all())

    @rule(service=st.sampled_from(SERVICES))
    def die(self, service: str) -> None:
        """A service dies and comes back."""
        self.act(self.trio.restart(service))

    @rule(minutes=st.sampled_from(PASSING))
    def pass_time(self, minutes: int) -> None:
        """Time passes; what falls due on the way is done in time, hour by hour."""
        self.act(self._later(minutes))

    async def _later(self, minutes: int) -> None:
        while minutes > 0:
            self.trio.seconds += min(minutes, 60) * 60
            minutes -= 60
            await self.trio.sweep()

    # who asks

    async def expect(self, status: int, asked: Coroutine[Any, Any, tuple[int, Any]]) -> Any:
        """What was answered, which must be this status."""
        answered, told = await asked
        assert status == answered, told
        return told

    def by_resident(self, order: Any, verb: str, body: Any) -> None:
        """Whoever ordered asks this of their order."""
        path = f"/api/orders/{order.reference}/{verb}"
        self.act(self.trio.ask("intake", "POST", path, self.trio.tracks(order.order_id), body))

    def by_volunteer(self, volunteer_id: str, path: str, body: Any) -> None:
        """A volunteer knocks at matcher."""
        self.act(self.trio.ask("matcher", "POST", path, self.trio.token(Role.VOLUNTEER, volunteer_id), body))

    def coordinator(self, area: str) -> str:
        """A token of the coordinator of an area, or of the nearest above."""
        desk = self.rules_of.areas.coordinator_area(area)
        return self.trio.token(Role.COORDINATOR, self.rules_of.coordinator_of(desk).coordinator_id, desk)


def one_of(choices: Iterable[Any], pick: int) -> Any:
    """One of the choices, whichever number was drawn."""
    found = list(choices)
    return found[pick % len(found)]
