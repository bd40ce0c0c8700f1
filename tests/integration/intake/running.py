"""Intake at work in a test: its application on a database of the test's own, and a look behind it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from services.intake.app import MIGRATIONS, Intake, application_of, make_app
from services.intake.settings import IntakeSettings
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.contracts.words import Role
from shared.identity.keys import create_keys
from shared.identity.tokens import Caller, TokenSigner
from shared.persistence.engine import Database
from tests.migrated import make_tables
from tests.servers import LOOPBACK, free_port
from tests.waiting import wait_for

ORIGIN = "http://intake.test"
START = "2026-11-22T19:00:00+08:00"
BODY: Mapping[str, Any] = {
    "service": "homework",
    "area": "east-g1-b1",
    "details": "Maths, third floor",
    "contact": {"name": "李梅", "phone": "138 0000 1111"},
}


class Opened:
    """Intake in this process, nothing turning but its writer; domain time is in the test's hand."""

    def __init__(self, settings: IntakeSettings, rules: Community) -> None:
        self._wall = self._epoch = DomainClock.parse(settings.clock).epoch
        self.intake = Intake(settings, rules, wall=lambda: self._wall)
        self.app = application_of(self.intake)

    def move(self, now: datetime) -> None:
        """It is that time from now on."""
        start = self.intake.clock.start
        assert start is not None
        self._wall = self._epoch + (now - start).total_seconds()


@dataclass
class Place:
    """A database with intake's tables, its keys, and what intake is told when it starts on them."""

    settings: IntakeSettings
    rules: Community
    _opened: Opened | None = None
    _ending: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def open_at(self, now: datetime) -> Opened:
        """One and the same intake, whenever it is asked for; ``close`` ends it."""
        if self._opened is None:
            self._opened = Opened(self.settings, self.rules)
            await self._ending.enter_async_context(_only_the_writer(self._opened.intake))
        self._opened.move(now)
        return self._opened

    async def close(self) -> None:
        """End what was opened."""
        await self._ending.aclose()

    def intake(self) -> Intake:
        """Intake as another process would wire it."""
        return Intake(self.settings, self.rules)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Intake]:
        """Intake as another process, with nothing but its writer at work."""
        intake = self.intake()
        async with _only_the_writer(intake):
            yield intake

    @asynccontextmanager
    async def serving(self, **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
        """The whole application in this process, and a client that reads English."""
        app = make_app(self.settings, self.rules)
        async with app.router.lifespan_context(app), client_of(app, **headers) as client:
            yield client

    async def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """What a query finds."""
        database = Database(self.settings.database_url, pool=1)
        try:
            async with database.reading() as session:
                return [tuple(row) for row in await session.execute(text(sql), values)]
        finally:
            await database.close()

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        ((count,),) = await self.rows(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own table names
        return int(count)

    async def audited(self, what: str) -> list[tuple[Any, ...]]:
        """Role, actor, order, field, reason and verdict of each deed of this kind, in order."""
        columns = "role, actor, order_id, field, reason, verdict"
        return await self.rows(f"SELECT {columns} FROM audit WHERE what = :what ORDER BY sequence", what=what)  # noqa: S608 - our own words

    async def published(self, order_id: str) -> list[tuple[str, int]]:
        """Name and version of each event the outbox holds about an order, in order."""
        found = await self.rows("SELECT type, version FROM outbox WHERE about = :id ORDER BY position", id=order_id)
        return [(kind.split(".")[2], version) for kind, version in found]

    def token(self, role: Role, subject: str = "someone", area: str | None = None) -> dict[str, str]:
        """The header of a signed caller."""
        signer = TokenSigner(bytes.fromhex((self.settings.keys / "tokens.key").read_text()))
        return bearer(signer.sign(Caller(role, subject, area), timedelta(minutes=5)))


async def make_place(folder: Path, database_url: str, rules: Community, **more: Any) -> Place:
    """Keys and an empty, migrated database; without ``nats_url`` there is no broker."""
    create_keys(folder / "keys")
    absent = f"nats://{LOOPBACK}:{free_port()}"
    settings = IntakeSettings(
        **{
            "database_url": database_url,
            "keys": folder / "keys",
            "erasures": folder / "erasures",
            "clock": f"{START}@1/{time.time()}",
            "nats_url": absent,
            **more,
        }
    )
    await make_tables(database_url, MIGRATIONS)
    return Place(settings, rules)


@asynccontextmanager
async def _only_the_writer(intake: Intake) -> AsyncIterator[None]:
    writing = asyncio.create_task(intake.machinery.writer.run())
    try:
        yield
    finally:
        intake.machinery.writer.close()
        await writing
        await intake.machinery.database.close()


@asynccontextmanager
async def client_of(app: FastAPI, **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application in this process."""
    told = {"accept-language": "en", **headers}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=told) as client:
        yield client


class _Server(uvicorn.Server):
    """uvicorn that leaves the signals to the tests."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def on_a_port(place: Place) -> AsyncIterator[httpx2.AsyncClient]:
    """The application on a real port, as streams need it."""
    app = make_app(place.settings, place.rules)
    listener = socket.create_server((LOOPBACK, 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=2)
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listener]))

    async def started() -> bool:
        return server.started

    try:
        await wait_for(started)
        address = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        async with httpx2.AsyncClient(base_url=address, headers={"accept-language": "en"}) as client:
            yield client
    finally:
        app.state.changes.close()
        server.should_exit = True
        await serving


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"authorization": f"Bearer {token}"}


async def place_order(client: httpx2.AsyncClient, **changed: Any) -> dict[str, Any]:
    """Place an order that can be; answers what the resident is told."""
    answer = await client.post("/api/orders", json={**BODY, **changed})
    assert 201 == answer.status_code, answer.text
    placed: dict[str, Any] = answer.json()
    return placed
