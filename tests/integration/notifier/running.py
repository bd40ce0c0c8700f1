"""Notifier at work in a test: its application on a database of the test's own, and a look behind it."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from services.notifier.app import MIGRATIONS, Notifier, make_app
from services.notifier.app.console import make_console
from services.notifier.settings import ConsoleSettings, NotifierSettings
from services.notifier.use_cases.confirming import confirm_steps
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.contracts.envelope import OrderEvent
from shared.contracts.words import Role
from shared.identity.keys import create_keys
from shared.identity.tokens import Caller, TokenSigner
from shared.persistence.engine import Database
from tests.migrated import make_tables
from tests.servers import LOOPBACK, free_port
from tests.unit.notifier.story import fact_of
from tests.waiting import wait_for

ORIGIN = "http://notifier.test"
CONSOLE_ORIGIN = "http://console.test"
START = "2026-11-22T19:00:00+08:00"


@dataclass
class Place:
    """A database with notifier's tables, its keys, and what notifier is told when it starts on them."""

    settings: NotifierSettings
    rules: Community

    @asynccontextmanager
    async def writing(self, clock: DomainClock | None = None) -> AsyncIterator[Notifier]:
        """Notifier with nothing but its writer at work."""
        notifier = Notifier(self.settings, self.rules, clock)
        writing = asyncio.create_task(notifier.machinery.writer.run())
        try:
            yield notifier
        finally:
            notifier.machinery.writer.close()
            await writing
            await notifier.machinery.database.close()

    async def hear(self, events: Iterable[OrderEvent]) -> None:
        """Have facts heard, one after the other, as another process."""
        async with self.writing() as notifier:
            await hear(notifier, events)

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

    async def notices(self) -> list[tuple[str, str, str]]:
        """Kind, role and recipient of every notice, in the order they were made."""
        found = await self.rows("SELECT kind, recipient_role, recipient_id FROM notices ORDER BY notice_id")
        return [(kind, role, who) for kind, role, who in found]

    def lines(self) -> list[dict[str, Any]]:
        """The notice file."""
        path = self.settings.notice_file
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def token(self, role: Role, subject: str = "someone", area: str | None = None) -> dict[str, str]:
        """The header of a signed caller."""
        signer = TokenSigner(bytes.fromhex((self.settings.keys / "tokens.key").read_text()))
        token = signer.sign(Caller(role, subject, area), timedelta(minutes=5))
        return {"authorization": f"Bearer {token}"}


async def hear(notifier: Notifier, events: Iterable[OrderEvent]) -> None:
    """Have facts heard, one after the other."""
    for event in events:
        await notifier.machinery.writer.do(confirm_steps, fact_of(event))


async def make_place(folder: Path, database_url: str, rules: Community, **more: Any) -> Place:
    """Keys and an empty, migrated database; without ``nats_url`` there is no broker."""
    create_keys(folder / "keys")
    settings = NotifierSettings(
        **{
            "database_url": database_url,
            "keys": folder / "keys",
            "clock": f"{START}@1/{time.time()}",
            "nats_url": f"nats://{LOOPBACK}:{free_port()}",
            "notice_file": folder / "notices.jsonl",
            "retry_jitter": 0.0,
            **more,
        }
    )
    await make_tables(database_url, MIGRATIONS)
    return Place(settings, rules)


@asynccontextmanager
async def client_of(app: FastAPI, origin: str = ORIGIN, **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application in this process."""
    told = {"accept-language": "en", **headers}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=origin, headers=told) as client:
        yield client


def console_settings(place: Place, **more: Any) -> ConsoleSettings:
    """What the console of a notifier is told."""
    own = place.settings
    told: dict[str, Any] = {
        "database_url": own.database_url,
        "keys": own.keys,
        "clock": own.clock,
        "nats_url": own.nats_url,
        "notifier_public_url": ORIGIN,
        "console_public_url": CONSOLE_ORIGIN,
        "tail_seconds": 0.05,
        "figures_seconds": 0.0,
        "ready_seconds": 0.5,
    }
    return ConsoleSettings(**(told | more))


@asynccontextmanager
async def console_of(place: Place, app: FastAPI, **more: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the console, which asks this notifier; it reads English, as a browser."""
    console = make_console(console_settings(place, **more), place.rules, httpx2.ASGITransport(app=app))
    shown = client_of(console, CONSOLE_ORIGIN, accept="text/html")
    async with console.router.lifespan_context(console), shown as client:
        yield client


class _Server(uvicorn.Server):
    """uvicorn that leaves the signals to the tests."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def on_a_port(place: Place) -> AsyncIterator[httpx2.AsyncClient]:
    """The application on a real port, as streams need it."""
    async with listening(make_app(place.settings, place.rules)) as client:
        yield client


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """An application on a real port, and a client that reads English."""
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
