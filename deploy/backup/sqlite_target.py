"""An SQLite database restored: prepared beside the old one, which is moved away with its WAL, then renamed.

The WAL has to go with its database: what a crash left there is committed, and under another database it would be
taken for its own.
"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from sqlalchemy import make_url

from deploy.backup.disk import copy_durably, ensure_room, flush, own_folder
from deploy.backup.settling import statements
from deploy.backup.source import Kind
from deploy.problems import StackProblem

_WITH_IT = ("", "-wal", "-shm")
ASIDE = "before-restore-"
"""How the folders begin in which a restore keeps what was there."""


class SqliteTarget:
    """See ``deploy.backup.target.Target``. That nobody uses it is told by the lock beside the file."""

    kind: Kind = "sqlite"

    def __init__(self, service: str, url: str) -> None:
        self.service = service
        self._file = Path(make_url(url).database or "").absolute()
        self._staged = self._file.with_name(f".{self._file.name}.restoring")

    async def occupied(self) -> bool:
        """Whether there is a file."""
        return await asyncio.to_thread(self._file.exists)

    async def ensure_idle(self) -> None:
        """The restore holds the lock of every database (``shared.persistence.alone``)."""

    async def stage(self, copy: Path) -> None:
        """A copy of the copy, settled, on the database's own disk."""
        try:
            await asyncio.to_thread(self._stage, copy)
        except sqlite3.Error as error:
            raise StackProblem(f"the copy of {self.service} cannot be prepared: {error}") from None

    async def put_aside(self, aside: str) -> str:
        """Into a folder beside it; what a killed restore had put in its place since is thrown away."""
        return await asyncio.to_thread(self._put_aside, aside)

    async def put_in(self, copy: Path) -> None:
        """One rename of what was staged."""
        await asyncio.to_thread(self._put_in)

    async def close(self) -> None:
        """Throw away what was prepared and not used."""
        await asyncio.to_thread(self._staged.unlink, missing_ok=True)

    def _stage(self, copy: Path) -> None:
        own_folder(self._file.parent)
        ensure_room(self._file.parent, copy.stat().st_size, 0)
        copy_durably(copy, self._staged)
        prepared = sqlite3.connect(self._staged, isolation_level=None)
        try:
            prepared.execute("PRAGMA journal_mode=DELETE")
            prepared.execute("BEGIN IMMEDIATE")
            tables = {name for (name,) in prepared.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for sql in statements(self.service, tables):
                prepared.execute(sql)
            prepared.execute("COMMIT")
        finally:
            prepared.close()
        flush(self._staged)

    def _put_aside(self, aside: str) -> str:
        folder = self._file.parent / f"{ASIDE}{aside}"
        kept = (folder / self._file.name).exists()
        if not kept and not self._file.exists():
            return ""
        own_folder(folder)
        for ending in reversed(_WITH_IT):  # the database last: until it has gone, the rest is still to be moved
            path = self._file.with_name(f"{self._file.name}{ending}")
            if kept:
                path.unlink(missing_ok=True)
            elif path.exists():
                path.rename(folder / path.name)
        flush(folder)
        flush(self._file.parent)
        return str(folder / self._file.name)

    def _put_in(self) -> None:
        self._staged.replace(self._file)
        flush(self._file.parent)
