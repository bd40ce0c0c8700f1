"""``make bench``: orders from POST to told volunteer, ours and the peers', interleaved on one machine.

Each round starts every peer afresh on a database of its own, warms it, posts as fast as it answers, then at half of
what it managed, then 90 a second. Ratios are taken within a round. ``--quick``: one short round without the slowest parts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.limits import limits
from tests.bench.loading import Posted, at_once, at_rate
from tests.bench.ours import ours
from tests.bench.standing import Ground, Standing, drained, peer
from tests.servers import LOOPBACK, NatsProcess, PostgresServer, free_port

RESULTS = Path(__file__).parents[2] / "docs" / "performance" / "pipeline.json"
PEERS = ("orm", "statement", "together", "eventful", "ours", "ours, SQLite")
NAMES = {
    "orm": "monolith, SQLModel, one transaction",
    "statement": "monolith, one SQL statement",
    "together": "monolith, requests committed in groups",
    "eventful": "FastStream, one commit a message",
    "ours": "paidan on PostgreSQL",
    "ours, SQLite": "paidan on SQLite (FULL)",
}
LINES, STEADY = 64, 90.0


@dataclass(frozen=True)
class Scale:
    """How much of everything. ``seconds``: of the open loops."""

    rounds: int
    warm: int
    orders: int
    seconds: float
    peers: tuple[str, ...] = PEERS


@dataclass(frozen=True)
class Outcome:
    """One peer in one round. Milliseconds are of the POST's answer; ``cpu`` is seconds a thousand orders."""

    name: str
    rate: float
    cpu: float
    p50: float
    p99: float
    half_p50: float
    half_p99: float
    steady_p50: float
    steady_p99: float
    steady_cpu: float


@asynccontextmanager
async def standing(name: str, where: Ground, folder: Path) -> AsyncIterator[Standing]:
    """A peer, or the system itself."""
    opened = ours(where, folder, on_sqlite=name != "ours") if name.startswith("ours") else peer(name, where)
    async with opened as one:
        yield one


async def play(one: Standing, scale: Scale) -> Outcome:
    """Warm it, drive it as hard as it goes, at half of that, and steadily."""
    _accepted(one, await at_once(one.url, one.posts(scale.warm), LINES))
    total = scale.warm
    await drained(one, total)
    used, posts = one.cpu(), one.posts(scale.orders)
    posted = await at_once(one.url, posts, LINES)
    _accepted(one, posted)
    total += len(posts)
    ended = await drained(one, total)
    rate = len(posts) / (ended - posted.began)
    cpu = (one.cpu() - used) / len(posts) * 1000
    half = await at_rate(one.url, one.posts(int(rate / 2 * scale.seconds)), rate / 2)
    _accepted(one, half)
    total += len(half.statuses)
    await drained(one, total)
    used, posts = one.cpu(), one.posts(int(STEADY * scale.seconds))
    steady = await at_rate(one.url, posts, STEADY)
    _accepted(one, steady)
    await drained(one, total + len(posts))
    return Outcome(
        one.name,
        rate,
        cpu,
        *_told(posted.milliseconds),
        *_told(half.milliseconds),
        *_told(steady.milliseconds),
        (one.cpu() - used) / len(posts) * 1000,
    )


def _accepted(one: Standing, posted: Posted) -> None:
    strange = {status for status in posted.statuses if status != 201}
    assert not strange, f"{one.name}: answers {sorted(strange)}"


def _told(milliseconds: Sequence[float]) -> tuple[float, float]:
    cut = statistics.quantiles(milliseconds, n=100)
    return statistics.median(milliseconds), cut[98]


async def rounds(scale: Scale, console: Console) -> tuple[dict[str, float], list[list[Outcome]]]:
    """The machine's limits, then every peer in every round."""
    found: list[list[Outcome]] = []
    with tempfile.TemporaryDirectory(prefix="paidan-bench-") as told:
        folder = Path(told)
        async with AsyncExitStack() as leaving:
            postgres = leaving.enter_context(PostgresServer())
            nats = leaving.enter_context(_broker(folder / "nats"))
            where = Ground(postgres, nats)
            most = await limits(where, folder)
            for number in range(scale.rounds):
                outcomes = []
                for name in scale.peers if number % 2 == 0 else scale.peers[::-1]:
                    async with standing(name, where, folder) as one:
                        outcomes.append(await play(one, scale))
                    console.print(f"round {number + 1}: {NAMES[name]}: {outcomes[-1].rate:.0f} orders/s")
                found.append(outcomes)
    return most, found


def _broker(folder: Path) -> NatsProcess:
    """A broker as ours: it flushes each write."""
    folder.mkdir()
    port, file = free_port(), folder / "nats.conf"
    stored = f'jetstream {{ store_dir: "{folder / "store"}", sync_interval: always }}'
    file.write_text(f'listen: "{LOOPBACK}:{port}"\n{stored}\n', encoding="utf-8")
    return NatsProcess(port, file, folder / "nats.log")


def table_of(found: list[list[Outcome]]) -> Table:
    """Medians over the rounds, and the ratios of ours within each."""
    shown = Table(
        "peer",
        "orders/s",
        "CPU-s per 1,000",
        "p50/p99 ms at half load",
        "p50/p99 ms at 90/s",
        "ours to it: median (worst)",
        title="POST to told volunteer, durable; medians",
    )
    by_name = {name: [one for outcomes in found for one in outcomes if one.name == name] for name in NAMES}
    mine = by_name["ours"] or by_name["ours, SQLite"]
    for name, outcomes in by_name.items():
        if not outcomes:
            continue
        ratios = [a.rate / b.rate for a, b in zip(mine, outcomes, strict=True)]
        shown.add_row(
            NAMES[name],
            f"{statistics.median(one.rate for one in outcomes):.0f}",
            f"{statistics.median(one.cpu for one in outcomes):.2f}",
            _pair([(one.half_p50, one.half_p99) for one in outcomes]),
            _pair([(one.steady_p50, one.steady_p99) for one in outcomes]),
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f})",
        )
    return shown


def _pair(pairs: Sequence[tuple[float, float]]) -> str:
    return "/".join(f"{statistics.median(column):.0f}" for column in zip(*pairs, strict=True))


def main() -> int:
    """Measure, print, keep."""
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--rounds", type=int, default=4)
    told, console, began = options.parse_args(), Console(), time.monotonic()
    quick = Scale(1, 50, 200, 2.0, ("statement", "ours, SQLite"))
    scale = quick if told.quick else Scale(told.rounds, 300, 1000, 3.0)
    most, found = asyncio.run(rounds(scale, console))
    console.print(table_of(found))
    limits_table = Table("limit of this machine", "a second", title="in the same run")
    for name, value in most.items():
        limits_table.add_row(name, f"{value:,.0f}")
    console.print(limits_table)
    console.print(f"{os.cpu_count()} processors, {time.monotonic() - began:.0f} s")
    if not told.quick:
        RESULTS.parent.mkdir(exist_ok=True)
        kept = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {"processors": os.cpu_count(), "system": platform.system(), "python": platform.python_version()},
            "versions": {name: version(name) for name in ("faststream", "nats-py", "sqlalchemy", "asyncpg", "fastapi")},
            "limits": most,
            "rounds": [[asdict(one) for one in outcomes] for outcomes in found],
        }
        RESULTS.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
