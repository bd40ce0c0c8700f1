"""A whole run: place orders (or adopt placed ones), act for everybody, print the closing figures."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.attached import Attached, load_definition
from deploy.demo.doors import Doors
from deploy.demo.figures import Figures, closing_table
from deploy.demo.people import People
from deploy.demo.place import Place
from deploy.demo.story import Story
from deploy.demonstration import Demonstration as Roster
from deploy.problems import StackProblem
from shared.community.clock import DomainClock
from shared.contracts.words import Role

AT_ONCE = 48
"""Orders acted on at the same time; residents place theirs without waiting for that."""
PLACE_PAUSE_SECONDS = 0.25
"""Between two residents, in wall seconds at speed 1."""


@dataclass(frozen=True)
class Choices:
    """How the people of one run are: their dice, their pace, and the share of orders coordinators settle at once."""

    seed: int
    speed: float
    resolves: float


def run_demo(stack: Attached, orders: int, people: Choices, ledger: Path | None, adopt: Path | None) -> None:
    """Act over the public APIs until every order is closed or held.

    Raises ``StackProblem`` when one of them is neither at the end.
    """
    adopted = list(_adopted(adopt)) if adopt else []
    figures = asyncio.run(Demonstration(stack, people, ledger).run(orders, adopted))
    if figures.closed + figures.held != figures.placed:
        raise StackProblem(f"{figures.placed - figures.closed - figures.held} orders were neither closed nor held")


class Demonstration:
    """One run against one stack."""

    def __init__(self, stack: Attached, choices: Choices, ledger: Path | None) -> None:
        self._stack = stack
        self._community = load_definition(stack.stack.definition)
        self._clock = DomainClock.parse(stack.stack.clock)
        roster = Roster.of(self._community).volunteers
        self._people = People(self._community, choices.seed, choices.resolves, roster)
        self._speed = choices.speed
        self._ledger = ledger
        self._figures = Figures()
        self._free = asyncio.Semaphore(AT_ONCE)

    async def run(self, orders: int, adopted: list[Mapping[str, Any]]) -> Figures:
        """Place and follow everything; prints progress and, at the end, the figures."""
        began = time.monotonic()
        console = Console()
        async with Doors(self._stack) as doors:
            with _progress(console, orders + len(adopted)) as advance:
                async with asyncio.TaskGroup() as group:
                    for order in adopted:
                        group.create_task(self._live(doors, partial(_known, order), advance))
                    for number in range(orders):
                        group.create_task(self._place_and_live(doors, number, advance))
                        await asyncio.sleep(PLACE_PAUSE_SECONDS / self._speed)
            console.print(closing_table(self._figures, doors.heard, time.monotonic() - began))
        return self._figures

    async def _place_and_live(self, doors: Doors, number: int, advance: Any) -> None:
        wish = self._people.wish(number, self._clock.now())

        async def placed() -> Mapping[str, Any]:
            order = await doors.place(wish.body, wish.key, self._recorder(doors, wish.recorded_in))
            self._note(order, wish.key)
            return {**order, "wish": wish.body}

        await self._live(doors, placed, advance)

    async def _live(self, doors: Doors, placed: Callable[[], Awaitable[Mapping[str, Any]]], advance: Any) -> None:
        """One order's life; what goes wrong with it is counted, the others go on."""
        try:
            order = await placed()
            place = Place(doors, self._people, self._community, self._clock, self._figures, self._speed)
            async with self._free:
                await Story(place).live_through(order)
        except StackProblem as problem:
            self._figures.placed += 1
            self._figures.ended[f"failed: {problem}"] += 1
        advance()

    def _recorder(self, doors: Doors, area: str | None) -> str | None:
        if area is None:
            return None
        return doors.as_caller(Role.COORDINATOR, self._community.ladder.by_area[area].coordinator_id, area)

    def _note(self, placed: Mapping[str, Any], key: str) -> None:
        if self._ledger is not None:
            kept = {name: placed[name] for name in ("order_id", "reference", "tracking_token")} | {"key": key}
            with self._ledger.open("a", encoding="utf-8") as file:
                file.write(json.dumps(kept) + "\n")


async def _known(order: Mapping[str, Any]) -> Mapping[str, Any]:
    return order


def _adopted(ledger: Path) -> Iterator[Mapping[str, Any]]:
    try:
        lines = ledger.read_text(encoding="utf-8").splitlines()
        for line in filter(None, lines):
            placed = json.loads(line)
            yield {"state": "placed", **{name: placed[name] for name in ("order_id", "reference", "tracking_token")}}
    except (OSError, ValueError, KeyError) as error:
        raise StackProblem(f"{ledger} is no ledger of placed orders: {type(error).__name__}") from None


@contextmanager
def _progress(console: Console, total: int) -> Iterator[Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("orders", total=total)
        yield lambda: progress.advance(bar)
