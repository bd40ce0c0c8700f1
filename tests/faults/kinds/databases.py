"""Databases that are held by somebody else, or lose their connections or a process."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
from dataclasses import dataclass

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.contracts.flows import SERVICES
from tests.faults.fault import DATABASES, Missed, known
from tests.faults.kinds.stops import children_of
from tests.faults.site import Site

HELD_SECONDS = (3.0, 14.0)
"""Shorter and longer than services wait for a lock."""
BUSIEST = {"intake": "orders", "matcher": "dispatches", "notifier": "notices"}


@dataclass(frozen=True)
class Locked:
    """Another process holds a database's write lock: SQLite's one, or PostgreSQL's on the busiest table."""

    service: str
    kind: str = "lock"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``intake's database locked``."""
        return f"{self.service}'s database locked"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Take the lock, hold it, let it go."""
        url, seconds = site.attached.stack.databases[self.service], dice.uniform(*HELD_SECONDS)
        if site.database == "sqlite":
            await self._hold_sqlite(str(make_url(url).database), seconds)
            return
        engine = create_async_engine(url)
        try:
            async with engine.begin() as connection:
                await connection.execute(text(f"LOCK TABLE {BUSIEST[self.service]} IN EXCLUSIVE MODE"))
                await asyncio.sleep(seconds)
        finally:
            await engine.dispose()

    async def _hold_sqlite(self, path: str, seconds: float) -> None:
        connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(seconds)
            connection.execute("ROLLBACK")
        finally:
            connection.close()


@dataclass(frozen=True)
class ConnectionsCut:
    """PostgreSQL terminates every connection of one service's database."""

    service: str
    kind: str = "connections"
    databases: tuple[str, ...] = ("postgresql",)

    @property
    def name(self) -> str:
        """``matcher's connections terminated``."""
        return f"{self.service}'s connections terminated"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Terminate them, at some moment."""
        await asyncio.sleep(dice.uniform(0, 1))
        engine = create_async_engine(site.attached.stack.databases[self.service])
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        try:
            async with engine.begin() as connection:
                await connection.execute(text(f"{cut} AND pid <> pg_backend_pid()"))
        finally:
            await engine.dispose()


@dataclass(frozen=True)
class BackendKilled:
    """kill -9 of one of PostgreSQL's processes: the server ends all others and recovers from its log."""

    name: str = "postgresql process killed"
    kind: str = "connections"
    databases: tuple[str, ...] = ("postgresql",)

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Kill one that serves a connection."""
        assert site.postgres is not None
        engine = create_async_engine(site.attached.stack.databases["intake"])
        others = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        try:
            async with engine.connect() as connection:
                serving = list((await connection.execute(text(others))).scalars())
        finally:
            await engine.dispose()
        mine = sorted({*serving} & {*children_of(site.postgres.pid)})
        if not mine:
            raise Missed("nobody was connected")
        os.kill(dice.choice(mine), signal.SIGKILL)


LOCKS = [known(Locked(service)) for service in SERVICES]
POSTGRES_FAULTS = [*(known(ConnectionsCut(service)) for service in SERVICES), known(BackendKilled())]
