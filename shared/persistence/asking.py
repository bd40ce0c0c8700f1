"""One question to a database before anything else turns, such as at a service's start."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shared.persistence.engine import Database

log = structlog.get_logger()

T = TypeVar("T")


def ask_once(url: str, question: Callable[[Database], Awaitable[T]]) -> T | None:
    """The answer; None when the database is away or has no tables yet, which readiness tells of."""

    async def ask() -> T | None:
        database = Database(url, pool=1)
        try:
            return await question(database)
        except (SQLAlchemyError, OSError) as error:
            log.warning("database.not_asked", error=type(error).__name__)
            return None
        finally:
            await database.close()

    return asyncio.run(ask())
