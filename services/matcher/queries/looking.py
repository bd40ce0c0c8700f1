"""How matcher's database is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.refusal import Unavailable
from shared.persistence.engine import Database


class Looking:
    """Reads a database. Raises ``Unavailable`` while it cannot answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _all(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        async with self._looking() as session:
            return (await session.execute(statement)).all()

    @asynccontextmanager
    async def _looking(self) -> AsyncIterator[AsyncSession]:
        try:
            async with self._database.reading() as session:
                yield session
        except (OperationalError, InterfaceError, OSError) as error:
            raise Unavailable from error
