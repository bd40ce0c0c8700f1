"""Connections to SQLite or PostgreSQL, told apart only here.

SQLite runs in WAL mode with ``synchronous=FULL`` and takes its write lock at the beginning of a writing
transaction (``BEGIN IMMEDIATE``): a plain ``BEGIN`` fails with "database is locked" as soon as two
transactions want to write. Reading never takes that lock.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from shared.persistence.one_hop import OneHop

BUSY_SECONDS = 3.0
"""How long a statement waits for locks that others hold before the answer is "away"."""
CONNECTION_WAITS = 3
"""So many times longer anybody waits for a connection: a busy machine must not look like a database that is away."""
SILENT_SECONDS = 30.0
"""A PostgreSQL that answers nothing for so long is away: frozen, or behind a network that swallows everything."""

RESTED_SECONDS = 1.0
RESTED_SINCE = "rested since"

DATABASE_ERRORS = (SQLAlchemyError, OSError)
"""What is raised by a database that is away, or has no tables yet."""

_RACED = frozenset({"40001", "40P01"})
"""PostgreSQL's serialization_failure and deadlock_detected: nothing was done, and doing it again is all it takes."""


_AWAY = re.compile("08|25006|40|53|55P03|57|58")
"""PostgreSQL: connection lost, read-only, serialization, resources (disk full, too many connections), lock not to be
had, operator's doing, system."""


def is_away(error: BaseException) -> bool:
    """Whether the database cannot answer at present (locked, full, read-only, unreachable): trying again may work."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout | OSError):  # TimeoutError is an OSError
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or bool(_AWAY.match(state))


def is_raced(error: BaseException) -> bool:
    """Whether a transaction was given up because of another's locks."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _RACED


class Database:
    """One service's database.

    ``url``: ``sqlite+aiosqlite:///path`` or ``postgresql+asyncpg://…``. ``pool``: connections
    kept for readers and, on PostgreSQL, for writers. ``busy_seconds``: see ``BUSY_SECONDS``. ``looks``: it is another
    process's, and nothing but read here: the database itself refuses the rest.
    """

    def __init__(self, url: str, *, pool: int = 5, busy_seconds: float | None = None, looks: bool = False) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        busy = BUSY_SECONDS if busy_seconds is None else busy_seconds
        if self.is_sqlite and looks:
            self._writing = self._reading = _sqlite(_only_read(url), pool=pool, read_only=True, busy_seconds=busy)
        elif self.is_sqlite:
            _make_folder(url)
            self._writing = _sqlite(url, pool=1, read_only=False, busy_seconds=busy)
            self._reading = _sqlite(url, pool=pool, read_only=True, busy_seconds=busy)
        else:
            self._writing = _postgresql(url, pool=pool, busy_seconds=busy, looks=looks)
            self._reading = self._writing.execution_options(isolation_level="REPEATABLE READ")

    @property
    def engine(self) -> AsyncEngine:
        """The writing engine, for migrations."""
        return self._writing

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session in a writing transaction: committed on leaving, rolled back on an error."""
        async with AsyncSession(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads, on one consistent snapshot."""
        async with AsyncSession(self._reading, expire_on_commit=False) as session:
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await self._writing.dispose()
        await self._reading.dispose()


def _make_folder(url: str) -> None:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)


def _only_read(url: str) -> str:
    """The same file, opened so that nothing can be written: a database that is not there is not made either."""
    parts = make_url(url)
    told = parts.set(database=f"file:{parts.database}", query={"mode": "ro", "uri": "true"})
    return told.render_as_string(hide_password=False)


_LOOKING = {"default_transaction_read_only": "on", "plan_cache_mode": "force_custom_plan"}
"""Who looks asks for anything: one plan for all values of a filter goes through a million rows for the rare ones."""


def _postgresql(url: str, *, pool: int, busy_seconds: float, looks: bool) -> AsyncEngine:
    told = {"lock_timeout": str(int(busy_seconds * 1000))} | (_LOOKING if looks else {})
    bounds = {
        "timeout": CONNECTION_WAITS * busy_seconds or None,
        "command_timeout": SILENT_SECONDS,
        "server_settings": told,
    }
    waits = CONNECTION_WAITS * busy_seconds or SILENT_SECONDS
    engine = create_async_engine(url, pool_size=pool, pool_timeout=waits, connect_args=bounds)
    _ask_idle_connections(engine)
    return engine


def _ask_idle_connections(engine: AsyncEngine) -> None:
    """A connection that rested is asked whether it lives before it is given out; one just used need not be."""

    def on_checkin(_connection: Any, record: Any) -> None:
        record.info[RESTED_SINCE] = time.monotonic()

    def on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get(RESTED_SINCE, math.inf) > RESTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except Exception as error:  # whatever it is, a fresh one is tried
                raise DisconnectionError from error

    event.listen(engine.sync_engine, "checkin", on_checkin)
    event.listen(engine.sync_engine, "checkout", on_checkout)


def _sqlite(url: str, *, pool: int, read_only: bool, busy_seconds: float) -> AsyncEngine:
    waits = CONNECTION_WAITS * busy_seconds or SILENT_SECONDS
    most = 0 if pool == 1 else 10
    engine = create_async_engine(url, module=OneHop(), pool_size=pool, max_overflow=most, pool_timeout=waits)

    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={int(busy_seconds * 1000)}",
            *(() if "mode=ro" in url else ("journal_mode=WAL", "synchronous=FULL")),
            "foreign_keys=ON",
            "temp_store=MEMORY",
            f"query_only={'ON' if read_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    event.listen(engine.sync_engine, "connect", on_connect)
    event.listen(engine.sync_engine, "begin", on_begin)
    return engine
