"""Residents, volunteers and coordinators who go on as if nothing were wrong, while faults strike.

They are the demonstration's people (deploy/demo). What gets no answer is asked again, an order with the same
Idempotency-Key; each 201 seen goes into the ledger at once. ``held`` lets them stand still while somebody looks.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from deploy.attached import load_definition
from deploy.demo.doors import Doors
from deploy.demo.figures import Figures
from deploy.demo.people import People
from deploy.demo.place import Place
from deploy.demo.story import Story
from deploy.demonstration import Demonstration as Roster
from deploy.problems import StackProblem
from shared.community.clock import DomainClock
from shared.contracts.words import Role
from tests.faults.site import Site
from tests.waiting import wait_for

AT_ONCE = 12
"""Orders that people act on at the same time."""
MOST_OPEN = 400
"""Placing waits for nobody, until so many orders are open: an outage must not keep orders from coming."""
SPEED = 6.0
"""How much faster than people they act."""
RESOLVES = 0.95
TRIES = 3
"""An order that nothing happened to for two minutes is looked at again: an outage may last longer."""
HOLD_SECONDS = 60.0


@dataclass
class Gate:
    """Whoever acts passes here; closed, nobody begins anything."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    inside: int = 0

    @asynccontextmanager
    async def passed(self) -> AsyncIterator[None]:
        """Wait until it is open, and be counted while inside."""
        await self.opened.wait()
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1


class GatedDoors(Doors):
    """The public doors behind a gate. ``broken``: answers that nobody should ever get (500)."""

    def __init__(self, site: Site, gate: Gate) -> None:
        super().__init__(site.attached)
        self._gate = gate
        self.broken: Counter[str] = Counter()

    async def place(self, body: Mapping[str, Any], key: str, token: str | None = None) -> dict[str, Any]:
        """As the demonstration does, through the gate."""
        async with self._gate.passed():
            return await super().place(body, key, token)

    async def ask(
        self, method: str, service: str, path: str, token: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """As the demonstration does, through the gate."""
        async with self._gate.passed():
            status, answer = await super().ask(method, service, path, token, body)
        if status == 500:
            self.broken[f"{method} {service} {path.split('/')[2].partition('?')[0]}: 500"] += 1
        return status, answer


class Load:
    """People acting on one site. Use as an async context manager: leaving it, they stop at once."""

    def __init__(self, site: Site, dice: random.Random, *, pace: float = 0.5, at_once: int = AT_ONCE) -> None:
        """``pace``: orders placed in a wall second, at most."""
        stack = site.attached
        self._ledger = site.ledger
        self._community = load_definition(stack.stack.definition)
        self._clock = DomainClock.parse(stack.stack.clock)
        roster = Roster.of(self._community).volunteers
        self._people = People(self._community, dice.randrange(2**31), RESOLVES, roster)
        self._pace = pace
        self._free = asyncio.Semaphore(at_once)
        self._room = asyncio.Semaphore(MOST_OPEN)
        self._gate = Gate()
        self.doors = GatedDoors(site, self._gate)
        self.figures = Figures()
        self.wrong: Counter[str] = Counter()
        self.accepted = self.reported = 0
        self.progressed = time.monotonic()
        """When an order was last accepted (monotonic)."""
        self._placing: asyncio.Task[None] | None = None
        self._stories: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._gate.opened.set()
        self._placing = asyncio.create_task(self._place())
        return self

    async def __aexit__(self, *_: object) -> None:
        placing = [self._placing] if self._placing else []
        acting = [*placing, *self._stories]
        for one in acting:
            one.cancel()
        await asyncio.gather(*acting, return_exceptions=True)
        await self.doors.__aexit__()

    @property
    def holding(self) -> bool:
        """Whether people stand still."""
        return not self._gate.opened.is_set()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Inside, nobody acts, and nothing that anybody did is without its answer."""
        self._gate.opened.clear()
        try:

            async def empty() -> bool:
                return self._gate.inside == 0

            await wait_for(empty, HOLD_SECONDS, "everybody's last request to be answered")
            yield
        finally:
            self.progressed = time.monotonic()
            self._gate.opened.set()

    async def _place(self) -> None:
        number = 0
        while True:
            await self._gate.opened.wait()
            await self._room.acquire()
            story = asyncio.create_task(self._live(number))
            self._stories.add(story)
            story.add_done_callback(self._ended)
            number += 1
            await asyncio.sleep(1 / self._pace)

    def _ended(self, story: asyncio.Task[None]) -> None:
        self._stories.discard(story)
        self._room.release()
        if not story.cancelled() and (error := story.exception()) is not None:
            self.wrong[f"{type(error).__name__}: {error}"[:300]] += 1

    async def _live(self, number: int) -> None:
        wish = self._people.wish(number, self._clock.now())
        try:
            placed = await self.doors.place(wish.body, wish.key, self._recorder(wish.recorded_in))
            self._note(placed)
            async with self._free:
                await self._live_through({**placed, "wish": wish.body})
        except StackProblem as problem:
            self.wrong[str(problem)[:300]] += 1

    async def _live_through(self, order: dict[str, Any]) -> None:
        for _ in range(TRIES):
            place = Place(self.doors, self._people, self._community, self._clock, self.figures, SPEED)
            end = await Story(place).live_through(order)
            order.pop("wish", None)  # whoever joined has joined
            if not end.startswith("stuck"):
                return

    def _note(self, placed: Mapping[str, Any]) -> None:
        with self._ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps({name: placed[name] for name in ("order_id", "reference", "tracking_token")}) + "\n")
        self.accepted += 1
        self.progressed = time.monotonic()

    def _recorder(self, area: str | None) -> str | None:
        if area is None:
            return None
        return self.doors.as_caller(Role.COORDINATOR, self._community.ladder.by_area[area].coordinator_id, area)
