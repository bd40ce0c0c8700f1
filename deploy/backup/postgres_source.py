"""A PostgreSQL database as a backup's source: a snapshot exported while writers are held, dumped by ``pg_dump``.

Who hears a fact writes the inbox, who tells one writes the outbox: a share lock on these two tables holds both. The
snapshot is taken on a second connection, so that the lock can go at once and the snapshot stay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from deploy.backup.programs import find_program, run_program
from deploy.backup.source import Busy, Kind, Told
from deploy.problems import StackProblem

ASIDE = "before_restore_"
"""How the schemas begin in which a restore keeps what was there; no backup has them."""

LOOK_SECONDS = 0.2
_LOCK_NOT_AVAILABLE = "55P03"


class PostgresSource:
    """See ``deploy.backup.source.Source``."""

    kind: Kind = "postgresql"

    def __init__(self, service: str, url: str, programs: str) -> None:
        self.service = service
        self._url = url
        self._programs = programs
        self._given = AsyncExitStack()
        self._snapshot = ""

    async def open(self) -> None:
        """Two connections, apart from any pool: one to lock, one to see."""
        self._program = find_program("pg_dump", self._programs)
        engine = create_async_engine(self._url, poolclass=NullPool)
        self._given.push_async_callback(engine.dispose)
        try:
            self._locking = await self._connect(engine.connect())
            reading = await self._connect(engine.connect())
        except (SQLAlchemyError, OSError) as error:
            raise StackProblem(f"the database of {self.service} does not answer: {type(error).__name__}") from None
        self._reading = await reading.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def lock(self, within: float) -> None:
        """Inbox first, as consumers do. The wait is shorter than PostgreSQL's patience with deadlocks: we give way."""
        try:
            await self._locking.execute(text(f"SET LOCAL lock_timeout = {max(1, round(within * 1000))}"))
            await self._locking.execute(text("LOCK TABLE inbox, outbox IN SHARE MODE"))
        except DBAPIError as error:
            await self.release()
            if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise Busy from None
            raise StackProblem(f"the database of {self.service} cannot be locked: {error.orig}") from None

    async def freeze(self) -> None:
        """The first statement of a repeatable read fixes what it sees."""
        self._snapshot = str(await self._reading.scalar(text("SELECT pg_export_snapshot()")))
        await self._reading.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))

    async def release(self) -> None:
        """Nothing was written, so there is nothing to undo."""
        await self._locking.rollback()

    async def read(self, sql: str) -> Sequence[Sequence[Any]]:
        """On the connection that holds the snapshot."""
        return (await self._reading.execute(text(sql))).all()

    async def size(self) -> int:
        """The database on the server's disk; a dump is packed, and has no indexes."""
        ((size,),) = await self.read("SELECT pg_database_size(current_database())")
        return int(size)

    async def copy(self, target: Path, told: Told) -> None:
        """``pg_dump`` of the snapshot, in its own format, without who owns what."""
        arguments = ("--format=custom", "--compress=1", f"--snapshot={self._snapshot}", f"--file={target}")
        only = ("--no-owner", "--no-privileges", f"--exclude-schema={ASIDE}*", "--lock-wait-timeout=60s")
        dumping = asyncio.ensure_future(run_program(self._program, (*arguments, *only), self._url))
        try:
            while not dumping.done():
                await asyncio.wait({dumping}, timeout=LOOK_SECONDS)
                told(_size(target), 0)
        finally:
            dumping.cancel()
            await asyncio.wait({dumping})
        await dumping

    async def close(self) -> None:
        """Both connections; the snapshot goes with its own."""
        await self._given.aclose()

    async def _connect(self, connecting: AsyncConnection) -> AsyncConnection:
        connection = await connecting
        self._given.push_async_callback(connection.close)
        return connection


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
