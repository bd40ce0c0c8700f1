"""What the checks look at: the three databases, read only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select

from deploy.verify.ledger import Promise
from shared.persistence.engine import Database

__all__ = ["CHUNK", "Databases", "Promise", "chunks", "opened", "rows"]

CHUNK = 500
T = TypeVar("T")


@dataclass(frozen=True)
class Databases:
    """The services' databases, opened for reading."""

    intake: Database
    matcher: Database
    notifier: Database

    def named(self) -> Mapping[str, Database]:
        """Each by its service's name."""
        return {"intake": self.intake, "matcher": self.matcher, "notifier": self.notifier}


@asynccontextmanager
async def opened(urls: Mapping[str, str]) -> AsyncIterator[Databases]:
    """Open the databases of a stack by their SQLAlchemy URLs."""
    databases = Databases(*(Database(urls[name], pool=2) for name in ("intake", "matcher", "notifier")))
    try:
        yield databases
    finally:
        for database in databases.named().values():
            await database.close()


async def rows(database: Database, query: Select[Any]) -> AsyncIterator[Any]:
    """Every row of a query, streamed: a year of orders does not fit into memory."""
    async with database.reading() as session:
        result = await session.stream(query.execution_options(yield_per=CHUNK))
        async for row in result:
            yield row


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Pieces small enough for one IN list."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
