"""One of several processes on a database leads: an advisory lock of PostgreSQL on a connection of its own.

The lock ends with its connection, so a leader that dies is followed by another process without anybody's doing. The
others call whoever leads over the database itself (NOTIFY), so that the leader need not look for what they have
committed. With SQLite there is one process, and it always leads.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.persistence.apart import Apart
from shared.persistence.engine import Database


class Leading:
    """The right to do one thing, named ``what``, that only one process of a service does at a time."""

    def __init__(self, database: Database, what: str, called: Callable[[], None] = lambda: None) -> None:
        """``called``: what to do in the process that leads, when another one calls."""
        self._database = database
        self._what = what
        self._called = called
        self._key = int.from_bytes(sha256(f"paidan {what}".encode()).digest()[:8], signed=True)
        self._apart = Apart(database)
        self._connection: AsyncConnection | None = None

    async def leads(self) -> bool:
        """Whether this process leads now; it takes the lead when nobody has it.

        Asks the database each time, because a lock is lost with its connection. Raises ``SQLAlchemyError`` or
        ``OSError`` when the database is away: then nobody leads by this process's word.
        """
        if self._database.is_sqlite:
            return True
        try:
            return await self._ask()
        except BaseException:
            await self.resign()
            raise

    async def resign(self) -> None:
        """Leave the lead to another process; no error when it was lost already."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.close()
            except (SQLAlchemyError, OSError):
                return

    async def call(self) -> None:
        """Call whoever leads. Raises ``SQLAlchemyError`` or ``OSError`` when the database is away."""
        async with self._database.writing() as session:
            await session.execute(text("SELECT pg_notify(:what, '')"), {"what": self._what})

    async def _ask(self) -> bool:
        if self._connection is not None:
            await self._connection.execute(text("SELECT 1"))
            return True
        connection = await self._apart.connect()
        self._connection = connection
        if await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}):
            await self._listen(connection)
            return True
        await self.resign()
        return False

    async def _listen(self, connection: AsyncConnection) -> None:
        driver = (await connection.get_raw_connection()).driver_connection
        if driver is not None:
            await driver.add_listener(self._what, lambda *_: self._called())
