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
from dataclasses import dataclass
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
    free = asyncio.Semaphore(beside)
    share = minutes / WHOLE_MINUTES
    with tempfile.TemporaryDirectory(prefix="paidan-faults-") as place:
        playing = [
            _play(free, one, database, Path(place) / f"{one.name}-{database}", seed, share, console)
            for one in known_scenarios()
            if not only or one.name in only
            for database in databases
            if database in one.databases
        ]
        reports = await asyncio.gather(*playing)
    table, violations = summary(reports, seed, time.monotonic() - began)
    console.print(table)
    for line in violations:
        console.print(line, markup=False, highlight=False)
    if violations:
        console.print(f"again with: python -m tests.faults --seed {seed}", markup=False, highlight=False)
    return bool(reports) and not violations


async def _play(
    free: asyncio.Semaphore,
    scenario: Scenario,
    database: str,
    directory: Path,
    seed: int,
    share: float,
    console: Console,
) -> Report:
    dice = random.Random(f"{seed}:{scenario.name}:{database}")  # noqa: S311 - to be repeated, not to be secret
    async with free:
        await asyncio.to_thread(directory.mkdir)
        report = Report(scenario.name, database, directory, seed, partial(console.print, markup=False, highlight=False))
        report.tell("begins")
        try:
            await scenario.play(report, dice, scenario.seconds * share)
        except Refused as refused:
            report.refused(scenario.name, str(refused))
        except Stopped as stopped:
            report.tell(f"given up: {stopped}")
        except Exception as error:  # noqa: BLE001 - the other scenarios play on; this one is a violation
            report.violated(f"it broke: {type(error).__name__}: {str(error).partition(chr(10))[0]}")
            console.print(traceback.format_exc(), markup=False, highlight=False)
        report.tell("ends")
        return report
