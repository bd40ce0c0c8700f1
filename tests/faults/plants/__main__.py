"""``python -m tests.faults.plants``: plant known bugs and see each caught; exit code 1 when one is not."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import signal
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.faults.fault import Fault, Missed, Refused
from tests.faults.load import Load
from tests.faults.looking import broken, told_twice
from tests.faults.plants.plays import CONTROLS, PLANTS, Plant
from tests.faults.report import Report
from tests.faults.site import Site

ROUNDS = 6
"""So often the faults of a plant strike before it counts as not caught; a control is struck once by each."""
QUIET_SECONDS = 20.0
PACE = 3.0
WARM_SECONDS = 6.0


@dataclass(frozen=True)
class Played:
    """How a play ended. ``caught``: the first lines of what was found, empty when nothing was."""

    plant: Plant
    caught: tuple[str, ...]
    report: Report
    seconds: float
    refused: str = ""


async def play(plant: Plant, report: Report, dice: random.Random, rounds: int) -> Played:
    """Strike a stack that has the bug until something is found."""
    began = time.monotonic()
    try:
        async with plant.stack(report, plant.name) as (site, faults), Load(site, dice, pace=PACE) as load:
            await asyncio.sleep(WARM_SECONDS)
            began = time.monotonic()
            for fault in [*faults] * rounds:
                await _strike(report, site, fault, dice)
                await _look(report, site, load)
                if report.violations:
                    break
            report.accepted += load.accepted
    except Refused as refused:
        return Played(plant, (), report, time.monotonic() - began, str(refused))
    return Played(plant, tuple(report.violations), report, time.monotonic() - began)


async def _strike(report: Report, site: Site, fault: Fault, dice: random.Random) -> None:
    try:
        await fault.strike(site, dice)
    except Missed as missed:
        report.tell(f"{fault.name} came to nothing: {missed}")
    else:
        report.struck(fault.name, fault.kind)


async def _look(report: Report, site: Site, load: Load) -> None:
    try:
        async with load.held():
            report.found(await broken(site, QUIET_SECONDS), told_twice(site))
    except AssertionError as unanswered:  # who asks again and again about what was lost gets no answer, and says so
        report.violated(f"no rest: {unanswered}")
        report.found(await broken(site, QUIET_SECONDS), told_twice(site))


def shown(played: list[Played]) -> Table:
    """A line for each bug: who caught it, and after what."""
    table = Table(title="planted bugs", show_lines=True)
    for column in ("bug", "caught by", "orders", "faults", "seconds"):
        table.add_column(column)
    for one in played:
        found = _caught_by(one.caught) or (f"not possible here: {one.refused}" if one.refused else "nothing")
        figures = (one.report.accepted, sum(one.report.faults.values()), round(one.seconds))
        table.add_row(f"{one.plant.name}\n{one.plant.says}", found, *map(str, figures))
    return table


def _caught_by(lines: Sequence[str]) -> str:
    """Every invariant that was broken, with the first line of each."""
    first: dict[str, str] = {}
    for line in lines:
        first.setdefault(line.partition(":")[0], line)
    return "\n".join(first.values())


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Which bugs; all of them, and none as a control.")] = None,
    seed: Annotated[int, typer.Option(help="Every choice comes from it; 0 draws one.")] = 0,
) -> None:
    """Plant bugs over real stacks, one after another, and see what catches them."""
    known = {plant.name: plant for plant in (*PLANTS, *CONTROLS)}
    if unknown := set(names or ()) - set(known):
        raise typer.BadParameter(f"no bug {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    console = Console(soft_wrap=True)
    logging.getLogger("nats").setLevel(logging.CRITICAL)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seed = seed or secrets.randbelow(2**31)
    console.print(f"seed {seed}", highlight=False)
    played = [_played(known[name], seed, console) for name in names or known]
    console.print(shown(played))
    if any(bool(one.caught) == (one.plant in CONTROLS) and not one.refused for one in played):
        raise typer.Exit(1)


def _played(plant: Plant, seed: int, console: Console) -> Played:
    with tempfile.TemporaryDirectory(prefix="paidan-plant-") as place:
        say = partial(console.print, markup=False, highlight=False)
        report = Report(plant.name, plant.database, Path(place), seed, say)
        dice = random.Random(f"{seed}:{plant.name}")  # noqa: S311 - to be repeated, not to be secret
        return asyncio.run(play(plant, report, dice, 1 if plant in CONTROLS else ROUNDS))


if __name__ == "__main__":
    typer.run(main)
