"""Levels of stored orders: at each the system is started, orders come through it, and everything is looked at."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import httpx2
from rich.console import Console
from rich.progress import Progress as Bars
from rich.table import Table
from sqlalchemy import text
from uuid_utils import uuid7

from deploy.attached import attach, load_definition
from deploy.demo.doors import Doors
from deploy.layout import Layout
from shared.contracts.services import SERVICES
from shared.persistence.engine import Database
from tests.bench.growing.looking import looked, views
from tests.bench.growing.multiplying import SAID, TABLES, Multiplier, beginnings
from tests.bench.growing.people import place, withdraw
from tests.bench.ours import LIMITS, Orders, Progress, larger
from tests.bench.standing import used
from tests.integration.deploy.stacks import EVENING, Up, free_port_base, paidan, up
from tests.servers import PostgresServer
from tests.waiting import wait_for

SEEDS, OPEN = 100, 150
LEVELS = (1_000, 10_000, 100_000, 1_000_000)
SAID_OF = 100_000
"""Of so many orders there is what was said of them: ten million rows. The rest are orders with their courses."""
SEED_SECONDS, THROUGH_SECONDS = 240.0, 120.0
FLOOD = {"PAIDAN_FLOOD_READS": "10000000", "PAIDAN_FLOOD_IN_ALL": "10000000"}


@dataclass(frozen=True)
class Level:
    """What so many stored orders make of it.

    ``start``: seconds until the stack is ready; ``cpu``: milliseconds of the processor for an order from POST to told
    volunteers, of services, database and broker; ``views``: milliseconds of the median answer; ``scanned``: rows of
    growing tables that PostgreSQL read one after the other meanwhile, by table.
    """

    orders: int
    start: float
    cpu: float
    views: Mapping[str, float]
    scanned: Mapping[str, int]


class Growth:
    """A stack whose databases grow."""

    def __init__(self, folder: Path, postgres: PostgresServer | None, console: Console) -> None:
        self._data, self._postgres, self._console = folder / "data", postgres, console
        self._definition = larger(folder / "county")
        urls = {one: postgres.create(f"{one}_{secrets.token_hex(3)}") for one in SERVICES} if postgres else {}
        self._environment = {f"PAIDAN_{one.upper()}_DATABASE_URL": url for one, url in urls.items()} | LIMITS | FLOOD
        self._urls = urls or {one: Layout.at(self._data).database_url(one) for one in SERVICES}
        self._base = free_port_base()
        self._clock = datetime.fromisoformat(EVENING)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Up]:
        """The stack, an hour later than the last time."""
        options = ("--clock", self._clock.isoformat(), "--definition", str(self._definition))
        self._clock += timedelta(hours=1)
        async with up(self._data, self._base, *options, environment=self._environment) as running:
            yield running

    async def seed(self, most: int) -> dict[str, Multiplier]:
        """A hundred orders lived through to their end."""
        began = time.time()
        async with self.running():
            options = ("--data", str(self._data), "--orders", str(SEEDS), "--speed", "4", "--resolve", "1")
            told = await paidan("demo", *options, within=SEED_SECONDS)
            assert told.code == 0, told.out + told.err
        begins, copies = beginnings(began, time.time()), most // SEEDS
        made = {one: Multiplier(one, url, copies, begins) for one, url in self._urls.items()}
        for one in made.values():
            await one.begin()
        return made

    async def level(self, orders: int) -> Level:
        """Start, place, look, withdraw."""
        async with AsyncExitStack() as leaving:
            looks = {one: Database(url, looks=True) for one, url in self._urls.items()}
            for database in looks.values():
                leaving.push_async_callback(database.close)
            before, began = await self._scanned(looks), time.monotonic()
            running = await leaving.enter_async_context(self.running())
            start = time.monotonic() - began
            doors = await leaving.enter_async_context(Doors(attach(self._data)))
            progress = Progress(looks, since=str(uuid7()))
            asked = Orders(load_definition(running.stack.definition))
            spent = self._spent(running)
            placed = await place(doors, asked, OPEN)

            async def through() -> bool:
                return await progress.done() >= OPEN and await progress.quiet()

            await wait_for(through, THROUGH_SECONDS, "the orders to come through")
            cpu = (self._spent(running) - spent) / OPEN * 1000
            old = await self._old(looks)
            async with httpx2.AsyncClient(trust_env=False, timeout=60.0) as http:
                seen = {view.name: await looked(http, running, view) for view in views(doors, placed[0], old)}
            scanned = {name: rows - before[name] for name, rows in (await self._scanned(looks)).items()}
            await withdraw(doors, placed)
            await wait_for(progress.quiet, THROUGH_SECONDS, "all to be told")
        return Level(orders, start, cpu, seen, {name: rows for name, rows in scanned.items() if rows >= orders})

    def _spent(self, running: Up) -> float:
        servers = [self._postgres.pid] if self._postgres else []
        return sum(used(pid) for pid in [*running.stack.children.values(), *servers])

    async def _old(self, looks: Mapping[str, Database]) -> tuple[str, str]:
        """A closed order whose reference is known, and a volunteer who served."""
        async with looks["intake"].reading() as session:
            reference = "SELECT reference FROM orders WHERE state = 'closed' ORDER BY order_id DESC LIMIT 1"
            found = str(await session.scalar(text(reference)))
        async with looks["matcher"].reading() as session:
            served = "SELECT volunteer_id FROM assignments ORDER BY assignment_id DESC LIMIT 1"
            return found, str(await session.scalar(text(served)))

    async def _scanned(self, looks: Mapping[str, Database]) -> dict[str, int]:
        if self._postgres is None:
            return {}
        found: dict[str, int] = {}
        for service, database in looks.items():
            growing = {*TABLES[service][1], *SAID}
            async with database.reading() as session:
                told = await session.execute(text("SELECT relname, seq_tup_read FROM pg_stat_user_tables"))
                found |= {f"{service}.{name}": int(rows or 0) for name, rows in told if name in growing}
        return found


async def levels(on: str, most: int, folder: Path, console: Console) -> list[Level]:
    """Every level on one kind of database."""
    async with AsyncExitStack() as leaving:
        postgres = leaving.enter_context(PostgresServer()) if on == "PostgreSQL" else None
        growth, found, done = Growth(folder, postgres, console), list[Level](), 0
        multipliers = await growth.seed(most)
        for orders in (one for one in LEVELS if one <= most):
            copies, began = orders // SEEDS - 1, time.monotonic()
            said = orders <= SAID_OF
            for service, multiplier in multipliers.items():
                with Bars(console=console, transient=True) as bars:
                    bar = bars.add_task(
                        f"{service}, {orders:,} orders", total=multiplier.rows(said=said) * (copies - done)
                    )
                    await multiplier.copy(done + 1, copies, partial(bars.advance, bar), said=said)
            console.print(f"{on}: {orders:,} orders stored after {time.monotonic() - began:.0f} s")
            done = copies
            found.append(await growth.level(orders))
            console.print(f"  start {found[-1].start:.1f} s, {found[-1].cpu:.1f} ms of the processor an order")
        for multiplier in multipliers.values():
            await multiplier.close()
    return found


def shown(on: str, found: list[Level]) -> Table:
    """A row for each thing, a column for each level."""
    table = Table(on, *(f"{level.orders:,}" for level in found), title="stored orders")
    table.add_row("start, s", *(f"{level.start:.1f}" for level in found))
    table.add_row("processor an order, ms", *(f"{level.cpu:.1f}" for level in found))
    for name in found[0].views:
        table.add_row(name, *(f"{level.views[name]:.0f}" for level in found))
    for name in sorted({name for level in found for name in level.scanned}):
        table.add_row(f"rows scanned of {name}", *(f"{level.scanned.get(name, 0):,}" for level in found))
    return table


async def measure(console: Console, most: int = LEVELS[-1]) -> dict[str, object]:
    """Both databases; figures as they are kept."""
    result: dict[str, object] = {}
    for on in ("PostgreSQL", "SQLite"):
        with tempfile.TemporaryDirectory(prefix="paidan-bench-") as folder:
            found = await levels(on, most, Path(folder), console)
        console.print(shown(on, found))
        result[on] = [asdict(level) for level in found]
    return result
