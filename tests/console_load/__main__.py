"""``make console-load``: fill notifier's index, look at every view of the console many times, and wait for the tail.

A stack of its own on loopback; everything ends with it. Exit 1 when a view's p95 is over 300 ms or an event is on the
tail later than a second after its order was accepted (experience.md, 16-19).
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
import uuid
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx2
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import text

from deploy.attached import attach
from deploy.demo.doors import Doors
from deploy.layout import Layout
from shared.contracts.words import Role
from shared.persistence.engine import Database
from tests.console_load.filling import Filled, fill
from tests.flows.people import GRID, PHONE
from tests.integration.deploy.stacks import free_port_base, up
from tests.servers import PostgresServer

VIEW_MS, TAIL_MS = 300.0, 1000.0


class Measured(NamedTuple):
    """One view's times, milliseconds."""

    view: str
    p50: float
    p95: float
    most: float
    limit: float


def views(filled: Filled) -> list[tuple[str, str]]:
    """Name and address of everything that is looked at."""
    middle = filled.events // 2
    return [
        ("events, newest", "/?paused=1"),
        ("one subject", "/?paused=1&subject=intake.order_placed"),
        ("a subject nobody has", "/?paused=1&subject=notifier.notice_failed"),
        ("one community", "/?paused=1&subject=*.*.v1.community-7"),
        ("one order", f"/?paused=1&order={filled.reference}"),
        ("words that are there", "/?paused=1&q=homework"),
        ("words that are nowhere", "/?paused=1&q=nowhere"),
        ("since a day", f"/?paused=1&since={datetime.now(UTC):%Y-%m-%dT00:00}"),
        ("since the beginning", "/?paused=1&since=2020-01-01T00:00"),
        ("one event", f"/events/{middle}"),
        ("journey", f"/journeys/{filled.reference}"),
        ("to look at", "/watch"),
        ("figures, 7 days", "/figures"),
        ("figures, 30 days", "/figures?days=30"),
        ("streams", "/streams"),
        ("dead letters", "/dead-letters"),
        ("settled letters", "/dead-letters?state=discarded"),
        ("invariants", "/invariants"),
        ("audit", "/audit"),
        ("strip", "/strip"),
    ]


async def measure(client: httpx2.AsyncClient, view: str, path: str, times: int) -> Measured:
    """One view, one look after the other."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        answer = await client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        assert 200 == answer.status_code, f"{path}: {answer.status_code}"
    return measured(view, taken, VIEW_MS)


def measured(view: str, taken: list[float], limit: float) -> Measured:
    """What came of many looks."""
    p95 = statistics.quantiles(taken, n=20)[-1]
    return Measured(view, statistics.median(taken), p95, max(taken), limit)


async def tail(client: httpx2.AsyncClient, doors: Doors, times: int) -> Measured:
    """From the 201 of an order to its event on the tail of somebody who watches."""
    taken = []
    async with client.stream("GET", "/live?subject=intake.order_placed", timeout=30) as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        for _ in range(times):
            body = {"service": "moving", "area": GRID, "details": "x", "contact": {"name": "x", "phone": PHONE}}
            placed = await doors.place(body, str(uuid.uuid4()))
            began = time.perf_counter()
            async for line in lines:
                if placed["order_id"][-12:] in line:
                    break
            taken.append((time.perf_counter() - began) * 1000)
    return measured("tail, after the 201", taken, TAIL_MS)


async def analyzed(database: Database) -> None:
    """What PostgreSQL does by itself within a minute of so many changes: its planner knows how the values lie."""
    async with database.writing() as session:
        await session.execute(text("ANALYZE"))


async def play(told: argparse.Namespace, console: Console) -> list[Measured]:
    """Fill, look, wait."""
    async with AsyncExitStack() as leaving:
        folder = Path(leaving.enter_context(tempfile.TemporaryDirectory(prefix="paidan-console-")))
        data, base = folder / "data", free_port_base()
        environment: dict[str, str] = {}
        if told.postgresql:
            server = leaving.enter_context(PostgresServer())
            environment = {
                f"PAIDAN_{name.upper()}_DATABASE_URL": server.create(name) for name in ("intake", "matcher", "notifier")
            }
        async with up(data, base, environment=environment):
            pass  # its databases are there now
        url = environment.get("PAIDAN_NOTIFIER_DATABASE_URL") or Layout.at(data).database_url("notifier")
        database = Database(url)
        with Progress(console=console) as bars:
            bar = bars.add_task("events", total=told.events)
            filled = await fill(database, told.events, datetime.now(UTC), lambda done: bars.update(bar, completed=done))
        if told.postgresql:
            await analyzed(database)
        await database.close()
        running = await leaving.enter_async_context(up(data, base, environment=environment))
        doors = await leaving.enter_async_context(Doors(attach(data)))
        ops = {"authorization": f"Bearer {doors.as_caller(Role.OPS, 'ops')}", "accept": "text/html"}
        address = running.stack.addresses["console"]
        async with httpx2.AsyncClient(base_url=address, headers=ops, timeout=60, trust_env=False) as client:
            found = []
            for view, path in views(filled):
                found.append(await measure(client, view, path, told.times))
                console.print(f"{view}: p95 {found[-1].p95:.0f} ms")
            found.append(await tail(client, doors, told.times))
        return found


def main() -> int:
    """Measure, print, judge."""
    options = argparse.ArgumentParser(prog="make console-load", description=__doc__)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--times", type=int, default=40, help="looks at each view")
    options.add_argument("--postgresql", action="store_true")
    told, console = options.parse_args(), Console()
    found = asyncio.run(play(told, console))
    kind = "PostgreSQL" if told.postgresql else "SQLite"
    table = Table("view", "p50, ms", "p95, ms", "most, ms", title=f"the console over {told.events:,} events on {kind}")
    for one in found:
        table.add_row(one.view, f"{one.p50:.0f}", f"{one.p95:.0f}", f"{one.most:.0f}")
    console.print(table)
    late = [one.view for one in found if one.p95 > one.limit]
    console.print(f"too slow: {', '.join(late)}" if late else "holds")
    return 1 if late else 0


if __name__ == "__main__":
    raise SystemExit(main())
