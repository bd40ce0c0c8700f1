"""SQLite without a thread: statements are executed at once, in the event loop.

A service keeps its loop free by handing each statement to a thread. A simulation has nothing else to do meanwhile,
and the handing over takes several times as long as the statement.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import event

from shared.persistence.engine import Database

R = TypeVar("R")

ROWS_AT_ONCE = 64


class _AtOnce(aiosqlite.Connection):
    async def _execute(self, fn: Callable[..., R], *args: Any, **kwargs: Any) -> R:
        return fn(*args, **kwargs)


class ThrownAway(Database):
    """An SQLite database that is thrown away: it leaves flushing to the system, and executes in the loop."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"sqlite+aiosqlite:///{file}")
        for engine in (self._writing, self._reading):
            event.listen(engine.sync_engine, "do_connect", _without_thread)
            event.listen(engine.sync_engine, "connect", _without_flushing)


def _without_thread(_dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
    parameters |= {"check_same_thread": False, "async_creator_fn": _connection}


def _connection(path: str, **parameters: Any) -> aiosqlite.Connection:
    return _AtOnce(partial(sqlite3.connect, path, **parameters), ROWS_AT_ONCE)


def _without_flushing(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()
