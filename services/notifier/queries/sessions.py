"""Signed-in browsers."""

from __future__ import annotations

from datetime import UTC, datetime

from services.notifier.models import Session
from shared.identity.sessions import Limits, hash_of
from shared.identity.tokens import Caller
from shared.persistence.engine import Database


class SessionQueries:
    """Reads sessions."""

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._limits = limits

    async def caller_of(self, session_token: str) -> Caller | None:
        """Whom a browser's session speaks for, None for an unknown or expired one."""
        async with self._database.reading() as session:
            row = await session.get(Session, hash_of(session_token))
        return row.caller(datetime.now(UTC), self._limits) if row else None
