"""A whole run: scenarios one beside another, progress while they play, and the summary."""

from __future__ import annotations

import asyncio
import importlib
import os
import pkgutil
import random
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rich.console import Console

from tests.faults import scenarios
from tests.faults.fault import Refused
from tests.faults.report import Report, summary
from tests.faults.striking import Stopped

WHOLE_MINUTES = 10.0
BESIDE = max(1, min(4, os.cpu_count() or 1))
"""Scenarios that play at the same time."""

Play = Callable[[Report, random.Random, float], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """A module of ``tests/faults/scenarios``: ``play``, ``SECONDS`` it takes in a whole run on one database, and the
    ``DATABASES`` it can be played on.
    """

    name: str
    play: Play
    seconds: float
    databases: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """What the scenarios of one run share. ``share``: of the seconds a scenario has in a whole run."""

    free: asyncio.Semaphore
    place: Path
    seed: int
    share: float
    console: Console
    reports: list[Report] = field(default_factory=list)


def known_scenarios() -> list[Scenario]:
    """Every scenario there is, the longest first: it must not begin when the others have ended."""
    found = []
    for module in pkgutil.iter_modules(scenarios.__path__):
        one = importlib.import_module(f"{scenarios.__name__}.{module.name}")
        found.append(Scenario(module.name, one.play, float(one.SECONDS), tuple(one.DATABASES)))
    return sorted(found, key=lambda one: -one.seconds)


async def run(
    seed: int, minutes: float, only: Sequence[str], databases: Sequence[str], console: Console, beside: int = BESIDE
) -> bool:
    """Play what is chosen and print the summary; whether nothing is violated."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="paidan-faults-", ignore_cleanup_errors=True) as place:
        stage = Stage(asyncio.Semaphore(beside), Path(place), seed, minutes / WHOLE_MINUTES, console)
        playing = [
            asyncio.create_task(_play(stage, one, database))
            for one in known_scenarios()
            if not only or one.name in only
            for database in databases
            if database in one.databases
        ]
        whole = await _ended(playing)
    table, violations = summary(stage.reports, seed, time.monotonic() - began)
    console.print(table)
    for line in violations:
        console.print(line, markup=False, highlight=False)
    if violations:
        console.print(f"again with: python -m tests.faults --seed {seed}", markup=False, highlight=False)
    if not whole:
        console.print("it was told to end before its end: this is what there is", highlight=False)
    return whole and bool(stage.reports) and not violations


async def _ended(playing: Sequence[asyncio.Task[None]]) -> bool:
    """Wait for every scenario; whether none was interrupted. Told to end, each ends its stack first."""
    try:
        await asyncio.gather(*playing)
    except asyncio.CancelledError:
        for one in playing:
            one.cancel()
        await asyncio.gather(*playing, return_exceptions=True)
        return False
    return True


async def _play(stage: Stage, scenario: Scenario, database: str) -> None:
    dice = random.Random(f"{stage.seed}:{scenario.name}:{database}")  # noqa: S311 - to be repeated, not to be secret
    say = partial(stage.console.print, markup=False, highlight=False)
    directory = stage.place / f"{scenario.name}-{database}"
    async with stage.free:
        await asyncio.to_thread(directory.mkdir)
        report = Report(scenario.name, database, directory, stage.seed, say)
        stage.reports.append(report)
        report.tell("begins")
        try:
            await scenario.play(report, dice, scenario.seconds * stage.share)
        except Refused as refused:
            report.refused(scenario.name, str(refused))
        except Stopped as stopped:
            report.tell(f"given up: {stopped}")
        except Exception as error:  # noqa: BLE001 - the other scenarios play on; this one is a violation
            report.violated(f"it broke: {type(error).__name__}: {str(error).partition(chr(10))[0]}")
            stage.console.print(traceback.format_exc(), markup=False, highlight=False)
        report.tell("ends")
