"""Opaque browser sessions: the cookie holds a random number, the table its hash and whom it speaks for."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, Self

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.contracts.words import Role
from shared.identity.tokens import Caller

SESSION_HOURS = 12


class SessionColumns(SQLModel):
    """One signed-in browser. Times are wall time."""

    token_hash: str = Field(primary_key=True)
    role: str
    subject: str
    area: str | None = None
    expires_at: datetime = Field(index=True)

    @classmethod
    def open_for(cls, caller: Caller, token: str, wall: datetime) -> Self:
        """A session row for the browser that holds ``token``."""
        return cls(
            token_hash=hash_of(token),
            role=caller.role.value,
            subject=caller.subject,
            area=caller.area,
            expires_at=wall + timedelta(hours=SESSION_HOURS),
        )

    def caller(self, wall: datetime) -> Caller | None:
        """Whom this session speaks for, None once it has expired."""
        if wall >= self.expires_at:
            return None
        opened = self.expires_at - timedelta(hours=SESSION_HOURS)
        return Caller(Role(self.role), self.subject, self.area, opened)


def new_session_token() -> str:
    """A fresh cookie value with 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What the table knows of a cookie value."""
    return sha256(token.encode()).hexdigest()


class SessionRepository:
    """The session part of a service's repository; the service names its table."""

    sessions: ClassVar[type[SessionColumns]]
    _session: AsyncSession

    async def open_session(self, caller: Caller, token: str, wall: datetime) -> None:
        """Remember a browser, and forget those that have expired."""
        await self._session.execute(delete(self.sessions).where(col(self.sessions.expires_at) <= wall))
        self._session.add(self.sessions.open_for(caller, token, wall))

    async def close_session(self, token: str) -> Caller | None:
        """Sign a browser out; answers whom it spoke for."""
        session = await self._session.get(self.sessions, hash_of(token))
        if session is None:
            return None
        await self._session.delete(session)
        return Caller(Role(session.role), session.subject, session.area)
