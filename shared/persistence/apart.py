"""Connections to PostgreSQL outside the pool, for what lasts as long as its connection: a lead, a listener."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from shared.persistence.engine import Database

ANSWER_SECONDS = 5.0

_KEEP_ALIVE = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}
"""A host that vanishes without a word is noticed by the server within about eleven seconds."""


class Apart:
    """Makes such connections to one database; each statement is its own transaction, and closing one ends it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._engine: AsyncEngine | None = None

    async def connect(self) -> AsyncConnection:
        """A fresh one. Raises ``SQLAlchemyError`` or ``OSError`` when the database is away."""
        if self._engine is None:
            arguments = {"server_settings": _KEEP_ALIVE, "timeout": ANSWER_SECONDS, "command_timeout": ANSWER_SECONDS}
            self._engine = create_async_engine(
                self._database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=arguments
            )
        return await self._engine.connect()
