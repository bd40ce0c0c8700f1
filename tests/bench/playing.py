"""Rounds: every peer afresh in each, driven as hard as it goes, at half of what it managed, and at a steady rate."""

from __future__ import annotations

import statistics
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.limits import limits
from tests.bench.loading import Posted, at_once, at_rate
from tests.bench.ours import whole_system
from tests.bench.standing import Ground, Standing, drained, lean_services, peer
from tests.servers import LOOPBACK, NatsProcess, PostgresServer, free_port

NAMES = {
    "orm": "monolith, SQLModel, one transaction",
    "statement": "monolith, one SQL statement",
    "together": "monolith, requests committed in groups",
    "eventful": "FastStream, one commit a message",
    "lean": "paidan's machinery, the peers' work",
    "lean on SQLite": "paidan's machinery on SQLite (FULL)",
    "whole": "paidan, the whole system",
    "whole on SQLite": "the whole system on SQLite (FULL)",
}
LINES, STEADY = 64, 90.0


@dataclass(frozen=True)
class Scale:
    """How much of everything. ``orders``: posted as fast as they are answered, by peer; ``seconds``: of the loops at a
    rate.
    """

    rounds: int
    warm: int
    orders: Callable[[str], int]
    seconds: float
    peers: tuple[str, ...] = tuple(NAMES)


@dataclass(frozen=True)
class Outcome:
    """One peer in one round.

    ``rate``: orders a second that came through; ``cpu``: seconds of the processor for a thousand of them, of services,
    database and broker. Milliseconds are of the POST's answer: at full load, at half of ``rate``, at 90 a second.
    ``waited``: messages that waited for ``ack_wait``; None where nothing is consumed.
    """

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
    waited: int | None


Limits = dict[str, float]
Rounds = list[list[Outcome]]


@asynccontextmanager
async def servers(folder: Path) -> AsyncIterator[Ground]:
    """PostgreSQL with fsync, and a broker that flushes each write, as ours does."""
    stored = folder / "nats"
    stored.mkdir(parents=True)
    port, file = free_port(), stored / "nats.conf"
    jetstream = f'jetstream {{ store_dir: "{stored / "store"}", sync_interval: always }}'
    file.write_text(f'listen: "{LOOPBACK}:{port}"\n{jetstream}\n', encoding="utf-8")
    with PostgresServer() as postgres, NatsProcess(port, file, stored / "nats.log") as nats:
        yield Ground(postgres, nats)


def standing(name: str, where: Ground, folder: Path) -> AbstractAsyncContextManager[Standing]:
    """A peer, our machinery, or the whole system."""
    on_sqlite = name.endswith("on SQLite")
    if name.startswith("lean"):
        return lean_services(name, where, folder, on_sqlite=on_sqlite)
    if name.startswith("whole"):
        return whole_system(name, where, folder, on_sqlite=on_sqlite)
    return peer(name, where)


async def play(one: Standing, scale: Scale) -> Outcome:
    """Warm it, drive it as hard as it goes, at half of that, and steadily."""
    _accepted(one, await at_once(one.url, one.posts(scale.warm), LINES))
    total = scale.warm
    await drained(one, total)
    used, posts = one.cpu(), one.posts(scale.orders(one.name))
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
    used = one.cpu() - used
    return Outcome(
        one.name,
        rate,
        cpu,
        *_told(posted.milliseconds),
        *_told(half.milliseconds),
        *_told(steady.milliseconds),
        used / len(posts) * 1000,
        await one.waited() if one.waited else None,
    )


def _accepted(one: Standing, posted: Posted) -> None:
    strange = {status for status in posted.statuses if status != 201}
    assert not strange, f"{one.name}: answers {sorted(strange)}"


def _told(milliseconds: Sequence[float]) -> tuple[float, float]:
    cut = statistics.quantiles(milliseconds, n=100)
    return statistics.median(milliseconds), cut[98]


async def rounds(
    scale: Scale, folder: Path, say: Callable[[str], None]
) -> tuple[dict[str, float], list[list[Outcome]]]:
    """The machine's limits, then every peer in every round, forwards and backwards in turn."""
    found: Rounds = []
    async with AsyncExitStack() as leaving:
        where = await leaving.enter_async_context(servers(folder))
        most = await limits(where, folder)
        for number in range(scale.rounds):
            outcomes = []
            for name in scale.peers if number % 2 == 0 else scale.peers[::-1]:
                async with standing(name, where, folder) as one:
                    outcomes.append(await play(one, scale))
                say(f"round {number + 1} of {scale.rounds}: {NAMES[name]}: {outcomes[-1].rate:.0f} orders/s")
            found.append(outcomes)
    return most, found
