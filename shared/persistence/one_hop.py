"""SQLite in a thread of its own, one visit a statement.

SQLAlchemy's way to aiosqlite visits the connection's thread four times for a query: for a cursor, to execute, for the
rows, to close the cursor. Each visit waits for two threads to take turns. Here a statement is executed, its rows are
read and its cursor is closed in one visit. Measured in docs/performance, told in docs/upstream.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import aiosqlite
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_connection
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import EMPTY_DICT
from sqlalchemy.util.concurrency import await_


class _Done(NamedTuple):
    """What a statement came to."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None


class OneHopCursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor that has everything once it has executed."""

    __slots__ = ("_done",)

    def __init__(self, adapt_connection: AsyncAdapt_dbapi_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._rows = deque()
        self._soft_closed_memoized = EMPTY_DICT
        self._done = _Done()

    @property
    def description(self) -> Any:
        """Of the rows, None where there are none."""
        return self._done.description

    @property
    def rowcount(self) -> int:
        """Rows that were changed, -1 for a query."""
        return self._done.rowcount

    @property
    def lastrowid(self) -> Any:
        """Of the last row that was inserted."""
        return self._done.lastrowid

    def execute(self, operation: Any, parameters: Any = None) -> None:
        """One statement, to its last row."""
        self._run(partial(_execute, sql=operation, values=() if parameters is None else parameters))

    def executemany(self, operation: Any, seq_of_parameters: Any) -> None:
        """One statement for each of these."""
        self._run(partial(_execute_many, sql=operation, values=seq_of_parameters))

    def close(self) -> None:
        """Nothing is open."""
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """Nothing is open."""

    def _run(self, work: Callable[[sqlite3.Connection], tuple[_Done, Sequence[Any]]]) -> None:
        connection: Any = self._connection
        try:
            self._done, rows = await_(connection._execute(lambda: work(connection._conn)))
        except Exception as error:  # noqa: BLE001 - SQLAlchemy's own translation, which raises
            self._adapt_connection._handle_exception(error)
        self._rows = deque(rows)


def _execute(connection: sqlite3.Connection, sql: str, values: Any) -> tuple[_Done, Sequence[Any]]:
    cursor = connection.execute(sql, values)
    try:
        rows = cursor.fetchall() if cursor.description else ()
        return _Done(cursor.description, cursor.rowcount, cursor.lastrowid), rows
    finally:
        cursor.close()


def _execute_many(connection: sqlite3.Connection, sql: str, values: Any) -> tuple[_Done, Sequence[Any]]:
    cursor = connection.executemany(sql, values)
    try:
        return _Done(None, cursor.rowcount, cursor.lastrowid), ()
    finally:
        cursor.close()


class OneHopConnection(AsyncAdapt_aiosqlite_connection):
    """A connection with such cursors."""

    __slots__ = ()

    _cursor_cls = OneHopCursor


class OneHop(AsyncAdapt_aiosqlite_dbapi):
    """The driver as SQLAlchemy's engines take it (``module=``)."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(
        self, *arguments: Any, async_creator_fn: Callable[..., Any] = aiosqlite.connect, **options: Any
    ) -> OneHopConnection:
        """A connection in a thread of its own, which ends with the process."""
        connection = async_creator_fn(*arguments, **options)
        connection._thread.daemon = True
        return OneHopConnection(self, await_(connection))
