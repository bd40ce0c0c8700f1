"""Stopping services under load: what was admitted is answered, what was heard is committed and acknowledged."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import nats
import pytest

from services.intake.app import MIGRATIONS as INTAKE
from services.notifier.app import MIGRATIONS as NOTIFIER
from shared.identity.keys import create_keys
from shared.messaging.streams import declare
from tests.integration.deploy.stacks import ROOT
from tests.integration.intake.running import BODY, bearer
from tests.migrated import make_tables
from tests.servers import LOOPBACK, NatsServer, free_port
from tests.unit.community import small_county
from tests.waiting import wait_for

CALLERS = 24
SHUTDOWN_SECONDS = 10
MIGRATIONS = {"intake": INTAKE, "notifier": NOTIFIER}


@dataclass
class Service:
    """A service's process, its database and its address."""

    process: asyncio.subprocess.Process
    database: Path
    url: str

    async def stopped(self) -> tuple[int, float]:
        """SIGTERM; the exit code, and after how many seconds."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(self.process.wait(), 60)
        return code, time.monotonic() - began

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """What a query finds in its file."""
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(sql).fetchall()


@dataclass
class Heard:
    """What residents heard: the orders they were promised, other answers by status, connections that broke off."""

    promised: list[str] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    refused: int = 0
    broken: int = 0


@asynccontextmanager
async def service(
    name: str, folder: Path, nats_url: str, more: Mapping[str, str] | None = None
) -> AsyncIterator[Service]:
    """Intake or notifier as ``python -m services.<name> serve``, on a migrated SQLite database."""
    database, port = folder / f"{name}.db", free_port()
    url = f"sqlite+aiosqlite:///{database}"
    await make_tables(url, MIGRATIONS[name])
    settings = {
        f"{name.upper()}_DATABASE_URL": url,
        f"{name.upper()}_PORT": str(port),
        "KEYS": str(folder / "keys"),
        "DEFINITION": str(folder / "small.toml"),
        "NOTICE_FILE": str(folder / "notices.jsonl"),
        "NATS_URL": nats_url,
        "SHUTDOWN_SECONDS": str(SHUTDOWN_SECONDS),
        **(more or {}),
    }
    environment = os.environ | {f"PAIDAN_{key}": value for key, value in settings.items()}
    with (folder / f"{name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"services.{name}", "serve", cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        made = Service(process, database, f"http://{LOOPBACK}:{port}")
        await wait_for(lambda: _answers(made.url, "/healthz"), 60)
        yield made
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    """A folder with the small county and keys."""
    small_county.write(tmp_path)
    create_keys(tmp_path / "keys")
    return tmp_path


async def test_services_that_are_stopped_finish_what_they_took(ground: Path, own_nats_server: NatsServer) -> None:
    """Two dozen callers order without a pause while intake and then notifier are told to stop: each answer is true,
    every order in the database was answered with 201, a live page ends properly, and what notifier committed is
    acknowledged to the broker, no more and no less.
    """
    url, heard = own_nats_server.url, Heard()
    connection = await nats.connect(url)
    await declare(connection.jetstream())
    async with service("intake", ground, url) as intake, service("notifier", ground, url) as notifier:
        await wait_for(lambda: _answers(notifier.url, "/readyz"), 60)
        calling = asyncio.gather(*(_order_on_and_on(intake.url, heard) for _ in range(CALLERS)))
        async with _watching(intake.url, heard) as watching:
            await wait_for(lambda: _at_least(heard, 300), 30)
            left = await intake.stopped()
            assert "ended" == await asyncio.wait_for(watching, 5)
        await asyncio.wait_for(calling, 20)
        committed = {row[0] for row in intake.rows("SELECT order_id FROM orders")}
        assert (committed, len(committed)) == (set(heard.promised), len(heard.promised))
        assert (0, []) == (left[0], heard.others)
        assert left[1] < SHUTDOWN_SECONDS
        gone = await notifier.stopped()
        assert 0 == gone[0]
        durable = await connection.jetstream().consumer_info("INTAKE", "notifier_from_intake")
        taken = notifier.rows("SELECT count(*) FROM inbox WHERE durable = 'notifier_from_intake'")
        assert [(durable.ack_floor.stream_seq if durable.ack_floor else 0,)] == taken
        assert 0 == durable.num_ack_pending
    await connection.close()


async def test_while_a_lock_is_held_a_stop_still_answers_everybody(ground: Path) -> None:
    """Another process holds SQLite's write lock: who waits hears 503, the process ends cleanly, nothing is written."""
    busy = {"BUSY_SECONDS": "1"}
    async with service("intake", ground, f"nats://{LOOPBACK}:{free_port()}", busy) as intake:
        rival = sqlite3.connect(intake.database, isolation_level=None)
        rival.execute("BEGIN IMMEDIATE")
        async with httpx2.AsyncClient(base_url=intake.url, timeout=30) as client:
            asked = [asyncio.create_task(client.post("/api/orders", json=BODY)) for _ in range(20)]
            await wait_for(lambda: _connected(intake, 20), 10)
            code, seconds = await intake.stopped()
            answers = await asyncio.gather(*asked, return_exceptions=True)
        rival.execute("ROLLBACK")
        rival.close()
        statuses = [one.status_code for one in answers if isinstance(one, httpx2.Response)]
        unread = [one for one in answers if isinstance(one, httpx2.TransportError)]  # nobody had read what they asked
        assert (0, {503}, 20) == (code, set(statuses), len(statuses) + len(unread))
        assert seconds < SHUTDOWN_SECONDS
        assert [(0,)] == intake.rows("SELECT count(*) FROM orders")


async def _order_on_and_on(url: str, heard: Heard) -> None:
    """One caller: an order after the other, until the door is closed."""
    async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
        while True:
            try:
                answer = await client.post("/api/orders", json=BODY)
            except httpx2.ConnectError:
                heard.refused += 1
                return
            except httpx2.TransportError:  # sent over a kept connection that was being closed: nobody read it
                heard.broken += 1
                return
            if answer.status_code == 201:
                heard.promised.append(answer.json()["order_id"])
            else:
                heard.others.append(answer.status_code)
                return


@asynccontextmanager
async def _watching(url: str, heard: Heard) -> AsyncIterator[asyncio.Task[str]]:
    """Somebody with the live page of an order open; the task says how it ended."""
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        placed = (await client.post("/api/orders", json=BODY)).json()
        heard.promised.append(placed["order_id"])
        opened = asyncio.Event()

        async def watch() -> str:
            address = f"/api/orders/{placed['reference']}/live"
            async with client.stream("GET", address, headers=bearer(placed["tracking_token"])) as answer:
                async for _ in answer.aiter_lines():
                    opened.set()
            return "ended"

        watching = asyncio.create_task(watch())
        await asyncio.wait_for(opened.wait(), 10)
        yield watching
        watching.cancel()


async def _answers(url: str, path: str) -> bool:
    async with httpx2.AsyncClient(base_url=url) as client:
        return (await client.get(path)).status_code == 200


async def _at_least(heard: Heard, count: int) -> bool:
    return len(heard.promised) >= count


async def _connected(service: Service, count: int) -> bool:
    """Whether so many connections to it stand, by the system's own list."""
    port = f":{int(service.url.rpartition(':')[2]):04X}"
    lines = await asyncio.to_thread(Path("/proc/net/tcp").read_text)
    return sum(line.split()[1].endswith(port) and line.split()[3] == "01" for line in lines.splitlines()[1:]) >= count
