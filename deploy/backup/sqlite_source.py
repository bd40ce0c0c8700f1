"""An SQLite database as a backup's source: SQLite's own online backup, over a read transaction that is held.

The read transaction is begun while writers are held. SQLite copies what that transaction sees, and does not begin
again when somebody commits: they write to the WAL, which cannot be taken over into the database meanwhile, so it
grows by what is committed during the copy.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from deploy.backup.source import Busy, Kind, Told
from deploy.problems import StackProblem

PAGES = 1024
"""Copied at a time, between two looks whether to stop."""
POLL_SECONDS = 0.001
OPEN_SECONDS = 10.0


class SqliteSource:
    """See ``deploy.backup.source.Source``."""

    kind: Kind = "sqlite"

    def __init__(self, service: str, url: str) -> None:
        self.service = service
        self._file = Path(make_url(url).database or "")
        self._stop = threading.Event()
        self._copying: asyncio.Future[None] | None = None
        self._connections: list[sqlite3.Connection] = []

    async def open(self) -> None:
        """One connection that will hold the writers, one that will read."""
        if not self._file.is_file():
            raise StackProblem(f"there is no database of {self.service} at {self._file}")
        try:
            self._connections = [connect(self._file), connect(self._file)]
        except sqlite3.Error as error:
            raise StackProblem(f"the database of {self.service} cannot be opened: {error}") from None

    async def lock(self, within: float) -> None:
        """Ask again every millisecond: SQLite's own waiting grows to a tenth of a second, and is overtaken."""
        deadline = time.monotonic() + within
        while True:
            try:
                self._locking.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not _is_busy(error):
                    raise StackProblem(f"the database of {self.service} cannot be locked: {error}") from None
            else:
                return
            if time.monotonic() > deadline:
                raise Busy
            await asyncio.sleep(POLL_SECONDS)

    async def freeze(self) -> None:
        """A read transaction begins with its first read."""
        self._reading.execute("BEGIN")
        self._reading.execute("SELECT 1 FROM sqlite_master").fetchall()

    async def release(self) -> None:
        """Nothing was written, so there is nothing to undo."""
        if self._locking.in_transaction:
            self._locking.execute("ROLLBACK")

    async def read(self, sql: str) -> Sequence[Sequence[Any]]:
        """On the connection that holds the view."""
        return self._reading.execute(sql).fetchall()

    async def size(self) -> int:
        """Pages of the view."""
        ((pages,),) = await self.read("PRAGMA page_count")
        ((bytes_a_page,),) = await self.read("PRAGMA page_size")
        return int(pages * bytes_a_page)

    async def copy(self, target: Path, told: Told) -> None:
        """In a thread of its own; leaving early stops it after the pages in hand."""
        try:
            await self._in_thread(target, told)
        except sqlite3.Error as error:
            raise StackProblem(f"the copy of {self.service} failed: {error}") from None

    async def close(self) -> None:
        """Stop a copy that still runs, then close."""
        self._stop.set()
        if self._copying is not None:
            await asyncio.wait({self._copying})
        for connection in self._connections:
            connection.close()

    @property
    def _locking(self) -> sqlite3.Connection:
        return self._connections[0]

    @property
    def _reading(self) -> sqlite3.Connection:
        return self._connections[1]

    async def _in_thread(self, target: Path, told: Told) -> None:
        self._copying = asyncio.ensure_future(asyncio.to_thread(self._copy, target, told))
        await asyncio.shield(self._copying)

    def _copy(self, target: Path, told: Told) -> None:
        ((bytes_a_page,),) = self._reading.execute("PRAGMA page_size").fetchall()

        def progress(_status: int, left: int, pages: int) -> None:
            if self._stop.is_set():
                raise sqlite3.OperationalError("stopped")
            told((pages - left) * bytes_a_page, pages * bytes_a_page)

        copy = sqlite3.connect(target, isolation_level=None)
        try:
            copy.execute("PRAGMA synchronous=OFF")  # the whole file is flushed once, before it counts as a backup
            copy.execute("PRAGMA journal_mode=OFF")
            self._reading.backup(copy, pages=PAGES, progress=progress)
        finally:
            copy.close()
        ensure_sound(target)


def connect(file: Path) -> sqlite3.Connection:
    """A connection to a database that is there, usable from any thread, that never waits and begins nothing itself."""
    connection = sqlite3.connect(
        f"file:{file.absolute()}?mode=rw", uri=True, isolation_level=None, timeout=0, check_same_thread=False
    )
    connection.execute(f"PRAGMA busy_timeout={int(OPEN_SECONDS * 1000)}")
    connection.execute("SELECT 1 FROM sqlite_master").fetchall()
    connection.execute("PRAGMA busy_timeout=0")
    return connection


def ensure_sound(file: Path) -> None:
    """Raises ``sqlite3.DatabaseError`` when a database that nobody uses is damaged."""
    connection = sqlite3.connect(f"file:{file.absolute()}?immutable=1", uri=True)
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    finally:
        connection.close()
    if found != "ok":
        raise sqlite3.DatabaseError(f"the database is damaged: {found}")


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
