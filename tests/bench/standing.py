"""The peers as processes: started, warmed, watched and ended; and what of the processor they used."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

import httpx2

from tests.bench.loading import Post
from tests.bench.peers import eventful, ground, lean
from tests.servers import LOOPBACK, NatsProcess, PostgresServer, free_port
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]
START_SECONDS, DRAIN_SECONDS = 60.0, 120.0


@dataclass
class Ground:
    """The servers all peers have: PostgreSQL with fsync, a broker that flushes each write."""

    postgres: PostgresServer
    nats: NatsProcess

    @property
    def pids(self) -> list[int]:
        """Their processes."""
        return [self.postgres.pid, self.nats.pid]


@dataclass
class Standing:
    """One peer, ready to be posted to.

    ``done``: orders that were told to somebody. ``waited``: messages that were given again though nobody had asked for
    it, which is what ``ack_wait`` does; None where nothing is consumed.
    """

    name: str
    url: str
    posts: Callable[[int], list[Post]]
    done: Callable[[], Awaitable[int]]
    pids: Sequence[int] = field(default_factory=tuple)
    waited: Callable[[], Awaitable[int]] | None = None

    def cpu(self) -> float:
        """Seconds of the processor that its processes and its servers have used so far."""
        return sum(used(pid) for pid in self.pids)


def used(pid: int, *, alone: bool = False) -> float:
    """Seconds of the processor that a process used; unless ``alone``, with those of its children."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        living = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    own = sum(map(int, told[11:13] if alone else told[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(used(int(child)) for child in ([] if alone else living))


def plain_posts(count: int) -> list[Post]:
    """Orders as the peers take them."""
    body = {"service": "moving", "area": "maoling-east-g1", "details": "水龙头一直在滴水"}
    return [Post(json.dumps(body).encode()) for _ in range(count)]


@asynccontextmanager
async def peer(name: str, where: Ground) -> AsyncIterator[Standing]:
    """A peer on a database of its own."""
    database = f"bench_{uuid.uuid4().hex[:8]}"
    url = where.postgres.create(database)
    await ground.prepare(url)
    port = free_port()
    commands = [Command("monolith", port, name, str(port), url)]
    if name == "eventful":
        await eventful.declare(where.nats.url)
        commands = [
            Command("eventful", at, role, str(at), url, where.nats.url)
            for role, at in {"notifier": free_port(), "matcher": free_port(), "intake": port}.items()
        ]

    async def told() -> int:
        return (await ground.done(url))[1]

    async with processes(commands) as pids:
        servers = where.pids if name == "eventful" else [where.postgres.pid]
        yield Standing(name, f"http://{LOOPBACK}:{port}/orders", plain_posts, told, [*pids, *servers])
    where.postgres.drop(database)


@asynccontextmanager
async def lean_services(name: str, where: Ground, folder: Path, *, on_sqlite: bool) -> AsyncIterator[Standing]:
    """The peers' work on our machinery: three services, each on a database of its own."""
    marks = {role: f"{role}_{uuid.uuid4().hex[:8]}" for role in lean.ROLES}
    urls = {
        role: f"sqlite+aiosqlite:///{folder / mark}.db" if on_sqlite else where.postgres.create(mark)
        for role, mark in marks.items()
    }
    for url in urls.values():
        await lean.prepare(url)
    await lean.declare(where.nats.url)
    ports = {role: free_port() for role in lean.ROLES}
    commands = [Command("lean", ports[role], role, str(ports[role]), urls[role], where.nats.url) for role in lean.ROLES]
    async with processes(commands) as pids:
        servers = [where.nats.pid] if on_sqlite else where.pids
        url = f"http://{LOOPBACK}:{ports['intake']}/orders"
        done, waited = partial(lean.done, urls["notifier"]), partial(lean.waited, urls, where.nats.url)
        yield Standing(name, url, plain_posts, done, [*pids, *servers], waited)
    for mark in () if on_sqlite else marks.values():
        where.postgres.drop(mark)


class Command(NamedTuple):
    """A module of the peers, the port it answers on, and what it is told."""

    module: str
    port: int
    role: str
    at: str
    url: str
    nats: str = ""


@asynccontextmanager
async def processes(commands: Sequence[Command]) -> AsyncIterator[list[int]]:
    """Their processes, each once it answers."""
    async with AsyncExitStack() as leaving:
        yield [await leaving.enter_async_context(_process(command)) for command in commands]


@asynccontextmanager
async def _process(command: Command) -> AsyncIterator[int]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = [word for word in command[2:] if word]
    process = subprocess.Popen(  # noqa: ASYNC220 - at once
        [sys.executable, "-m", f"tests.bench.peers.{command.module}", *told], cwd=ROOT, env=environment
    )
    try:
        async with httpx2.AsyncClient(trust_env=False) as client:

            async def up() -> bool:
                try:
                    return (await client.get(f"http://{LOOPBACK}:{command.port}/healthz")).status_code == 200
                except httpx2.HTTPError:
                    return False

            await wait_for(up, START_SECONDS, f"{command.module} {command.role} to answer")
        yield process.pid
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 20)


async def drained(standing: Standing, wanted: int) -> float:
    """Wait until so many orders were told to somebody; when that was. Raises ``AssertionError`` for fewer or more."""
    deadline = time.time() + DRAIN_SECONDS
    while (have := await standing.done()) < wanted:
        if time.time() > deadline:
            raise AssertionError(f"{standing.name}: {have} of {wanted} orders came through")
        await asyncio.sleep(0.02)
    assert have == wanted, f"{standing.name}: {have} of {wanted} orders"
    return time.time()
