"""One, two and four processes of each service on one PostgreSQL and a broker of three nodes: throughput and cost."""

from __future__ import annotations

import asyncio
import secrets
import statistics
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.attached import load_definition
from deploy.layout import DEFAULT_DEFINITION, Layout
from shared.contracts.services import SERVICES
from shared.persistence.engine import Database
from tests.bench.loading import Post, at_once
from tests.bench.ours import LIMITS, Orders, Progress
from tests.bench.playing import LINES
from tests.bench.standing import used
from tests.faults.grounds.brokers import cluster_broker
from tests.faults.grounds.fleet import Fleet, open_fleet
from tests.integration.deploy.stacks import EVENING
from tests.servers import PostgresServer
from tests.waiting import wait_for

REPLICAS, ROUNDS = (1, 2, 4), 3
WARM, ORDERS = 60, 400
THROUGH_SECONDS = 120.0


@dataclass(frozen=True)
class Scaled:
    """So many processes of each service in one round.

    ``placed`` and ``through``: orders a second that were answered, and that came through; ``cpu``: milliseconds of the
    processor for one; ``parts``: the same of the services, the database and the broker.
    """

    replicas: int
    placed: float
    through: float
    cpu: float
    parts: dict[str, float]


@dataclass(frozen=True)
class Ground:
    """A fleet at work, and what it is looked at through."""

    fleet: Fleet
    progress: Progress
    pids: dict[str, Sequence[int]]

    def spent(self) -> dict[str, float]:
        """Seconds of the processor so far, by who used it."""
        return {name: sum(used(pid) for pid in pids) for name, pids in self.pids.items()}

    async def place(self, posts: Sequence[Post]) -> tuple[float, float]:
        """Post them at all processes of intake; when they were begun, and when all were answered."""
        doors = [f"{one.url}/api/orders" for one in self.fleet.replicas if one.service == "intake"]
        shares = [posts[number :: len(doors)] for number in range(len(doors))]
        told = [at_once(door, share, LINES // len(doors)) for door, share in zip(doors, shares, strict=True)]
        posted = await asyncio.gather(*told)
        strange = {status for one in posted for status in one.statuses if status != 201}
        assert not strange, f"answers {sorted(strange)}"
        return min(one.began for one in posted), max(one.ended for one in posted)


@asynccontextmanager
async def ground(folder: Path, replicas: int) -> AsyncIterator[Ground]:
    """Fresh databases, broker and services."""
    async with AsyncExitStack() as leaving:
        server = leaving.enter_context(PostgresServer())
        layout = Layout.at(folder / "stack")
        databases = {service: server.create(f"{service}_{secrets.token_hex(3)}") for service in SERVICES}
        broker = await leaving.enter_async_context(cluster_broker(folder / "cluster", layout))
        fleet = await leaving.enter_async_context(
            open_fleet(folder, layout, broker, databases, each=replicas, told=LIMITS, clock=f"{EVENING}@1")
        )
        looks = {one: Database(url, looks=True) for one, url in databases.items()}
        for database in looks.values():
            leaving.push_async_callback(database.close)
        pids: dict[str, Sequence[int]] = {
            one: [pid for name, pid in fleet.supervisor.pids.items() if name.startswith(one)] for one in SERVICES
        }
        pids |= {"PostgreSQL": [server.pid], "broker": [node.pid for node in broker.cluster.nodes]}
        yield Ground(fleet, Progress(looks), pids)


async def scaled(folder: Path, replicas: int) -> Scaled:
    """One round."""
    async with ground(folder, replicas) as where:
        orders = Orders(load_definition(DEFAULT_DEFINITION))

        async def through(count: int) -> float:
            async def all_there() -> bool:
                return await where.progress.done() >= count

            await wait_for(all_there, THROUGH_SECONDS, f"{count} orders to come through")
            return asyncio.get_running_loop().time()

        await where.place(orders.posts(WARM))
        await through(WARM)
        await wait_for(where.progress.quiet, THROUGH_SECONDS, "all to be told")
        spent, clock = where.spent(), asyncio.get_running_loop().time()
        began, answered = await where.place(orders.posts(ORDERS))
        ended = await through(WARM + ORDERS)
        parts = {name: (now - spent[name]) / ORDERS * 1000 for name, now in where.spent().items()}
        return Scaled(replicas, ORDERS / (answered - began), ORDERS / (ended - clock), sum(parts.values()), parts)


async def measure(console: Console) -> dict[str, object]:
    """Rounds of one, two and four, interleaved; figures as they are kept."""
    found: list[Scaled] = []
    for number in range(ROUNDS):
        for replicas in REPLICAS if number % 2 == 0 else REPLICAS[::-1]:
            with tempfile.TemporaryDirectory(prefix="paidan-bench-") as folder:
                found.append(await scaled(Path(folder), replicas))
            one = found[-1]
            console.print(f"round {number + 1}: {replicas} of each: {one.through:.0f} orders/s, {one.cpu:.1f} ms each")
    console.print(_table(found))
    return {"rounds": [asdict(one) for one in found]}


def _table(found: Sequence[Scaled]) -> Table:
    names = list(found[0].parts)
    shown = Table("of each", "placed/s", "through/s", "ms an order", *names, title="PostgreSQL, three nodes; medians")
    for replicas in REPLICAS:
        rounds = [one for one in found if one.replicas == replicas]
        cpu = [statistics.median(one.parts[name] for one in rounds) for name in names]
        shown.add_row(
            str(replicas),
            f"{statistics.median(one.placed for one in rounds):.0f}",
            f"{statistics.median(one.through for one in rounds):.0f}",
            f"{statistics.median(one.cpu for one in rounds):.1f}",
            *(f"{value:.1f}" for value in cpu),
        )
    return shown
