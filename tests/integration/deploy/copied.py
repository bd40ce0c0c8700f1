"""An installation of three migrated databases without services: what tells and hears facts here is the test."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, DateTime, Integer, LargeBinary, Table, insert, select
from sqlalchemy.engine import make_url

from deploy.backup.backing_up import Made, Manner, back_up
from deploy.backup.choosing import choose
from deploy.backup.installation import Installation
from deploy.backup.printing import Printer
from deploy.backup.restoring import Restored, nobody_else, restore
from deploy.backup.shelf import Shelf
from deploy.backup.source import Source
from deploy.environment import project_directory
from deploy.layout import Layout
from services.intake.models import IntakeTable
from services.matcher.models import MatcherTable
from services.notifier.models import NotifierTable
from shared.contracts.flows import SERVICES
from shared.identity.keys import create_keys, read_key
from shared.persistence.engine import Database
from shared.persistence.vault import Vault
from tests.migrated import make_tables
from tests.waiting import wait_for

AT = datetime(2026, 11, 22, 11, tzinfo=UTC)
TABLES = {"intake": IntakeTable, "matcher": MatcherTable, "notifier": NotifierTable}
MANNER = Manner(hold_seconds=0.5, lock_seconds=20, reserve=0, keep=0)


def table(service: str, name: str) -> Table:
    """A service's table as today's code has it."""
    return TABLES[service].metadata.tables[name]


def row_of(of: Table, **given: Any) -> Mapping[str, Any]:
    """A row with something in every column that must have something."""
    filled = {column.name: _something(column.type) for column in of.columns if not column.nullable}
    if "position" in filled and of.columns["position"].primary_key and len(of.primary_key) == 1:
        del filled["position"]
    return filled | given


def _something(kind: Any) -> Any:
    if isinstance(kind, Integer):
        return 1
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, LargeBinary):
        return b"s"
    return AT if isinstance(getattr(kind, "impl", kind), DateTime) else "s"


@dataclass
class Place:
    """Three databases, keys, a shelf for backups."""

    installation: Installation
    shelf: Shelf
    databases: Mapping[str, Database]

    async def write(self, service: str, name: str, /, **given: Any) -> None:
        """Commit one row."""
        of = table(service, name)
        async with self.databases[service].writing() as session:
            await session.execute(insert(of).values(row_of(of, **given)))

    async def tell(
        self, service: str, event_id: str, /, about: str = "o-1", name: str = "order_placed", **body: Any
    ) -> None:
        """Commit an event of a service's, sent already."""
        told = {"type": f"paidan.{service}.{name}.v1", "subject": f"{service}.{name}.v1._.{about}", "about": about}
        await self.write(service, "outbox", event_id=event_id, body=json.dumps(body), sent_at=AT, **told)

    async def hear(self, service: str, event_id: str) -> None:
        """Commit that a service has heard an event."""
        await self.write(service, "inbox", durable=f"{service}_hears", event_id=event_id)

    async def values(self, service: str, name: str, column: str) -> Sequence[Any]:
        """A column of the present database, sorted."""
        of = table(service, name)
        async with self.databases[service].reading() as session:
            return sorted(await session.scalars(select(of.columns[column])))

    async def back_up(self, manner: Manner = MANNER) -> Made:
        """One backup."""
        return await back_up(self.installation, self.shelf, manner, Printer())

    async def restore(self, *, with_keys: bool = True, force: bool = True) -> Restored:
        """Restore the newest backup, with the tests' own connections closed."""
        for database in self.databases.values():
            await database.close()
        with nobody_else(self.installation):
            chosen = choose(self.shelf.databases, None)
            return await restore(self.installation, chosen, with_keys=with_keys, force=force)

    @property
    def sqlite(self) -> bool:
        """Whether these are files."""
        return self.databases["intake"].is_sqlite

    @property
    def vault(self) -> Vault:
        """Intake's."""
        return Vault(read_key(self.installation.keys, "intake-vault"))


@asynccontextmanager
async def placed(folder: Path, new_url: Callable[[], str], programs: str) -> AsyncIterator[Place]:
    """An installation in a folder, its databases migrated and empty, its keys made."""
    layout = Layout.at(folder / "data")
    layout.make()
    create_keys(layout.keys)
    urls = {service: new_url() for service in SERVICES}
    for service, url in urls.items():
        await make_tables(url, project_directory() / "services" / service / "migrations")
    databases = {service: Database(url) for service, url in urls.items()}
    installation = Installation(layout, urls, layout.keys, "", programs, None)
    try:
        yield Place(installation, Shelf(folder / "backups"), databases)
    finally:
        for database in databases.values():
            await database.close()


@asynccontextmanager
async def traffic(place: Place) -> AsyncIterator[None]:
    """Until the block is left: intake tells, matcher hears and tells, notifier hears both, as fast as they can. The
    block begins when the first fact has come through.
    """
    run = secrets.token_hex(4)
    told: Mapping[str, asyncio.Queue[str]] = {service: asyncio.Queue() for service in SERVICES}
    stop = asyncio.Event()

    async def intake() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            await place.tell("intake", f"i-{run}-{number}")
            told["matcher"].put_nowait(f"i-{run}-{number}")

    async def matcher() -> None:
        while True:
            event_id = await told["matcher"].get()
            await place.hear("matcher", event_id)
            await place.tell("matcher", event_id.replace("i-", "m-"), name="order_done")
            told["notifier"].put_nowait(event_id)

    async def notifier() -> None:
        while True:
            event_id = await told["notifier"].get()
            for one in (event_id, event_id.replace("i-", "m-")):
                await place.hear("notifier", one)

    async def came_through() -> bool:
        return f"m-{run}-1" in await place.values("notifier", "inbox", "event_id")

    running = [asyncio.create_task(work()) for work in (intake, matcher, notifier)]
    try:
        await wait_for(came_through)
        yield
    finally:
        stop.set()
        await running[0]
        for work in running[1:]:
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work


async def effects_without_causes(sources: Sequence[Source]) -> list[str]:
    """Events that some frozen view has heard and that the view of their publisher has not told."""
    views = {source.service: source for source in sources}
    told: set[str] = set()
    for source in sources:
        told |= {row[0] for row in await source.read("SELECT event_id FROM outbox")}
    return [
        f"{service} has heard {row[0]}"
        for service in ("matcher", "notifier")
        for row in await views[service].read("SELECT event_id FROM inbox")
        if row[0] not in told
    ]


def file_of(url: str) -> Path:
    """Where an SQLite database lies."""
    return Path(make_url(url).database or "")
