"""Opaque browser sessions: the cookie holds a random number, the table its hash and whom it speaks for."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, Self

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.contracts.words import Role
from shared.identity.tokens import Caller

_FORMER = timedelta(hours=12)
"""How long a session lasted in the release that did not write when it was opened."""
_WORN = 10
"""A session is kept on once a tenth of its idle time has gone: not every request has to write."""


@dataclass(frozen=True)
class Lasting:
    """How long sessions last: so long without being used, and so long whatever is done (wall time)."""

    idle: timedelta
    longest: timedelta


Limits = Mapping[Role, Lasting]
"""How long the sessions of each role that signs in last."""


class SessionColumns(SQLModel):
    """One signed-in browser. Times are wall time. ``expires_at``: when it ends unless it is used before;
    ``opened_at``: when its person signed in, at another service where it was handed over. None of a row that the
    release before wrote.
    """

    token_hash: str = Field(primary_key=True)
    role: str
    subject: str
    area: str | None = None
    expires_at: datetime = Field(index=True)
    opened_at: datetime | None = None

    @classmethod
    def open_for(cls, caller: Caller, token: str, wall: datetime, lasting: Lasting) -> Self:
        """A session row for the browser that holds ``token``; it began when the caller's own did, if that is known."""
        opened = caller.since or wall
        return cls(
            token_hash=hash_of(token),
            role=caller.role.value,
            subject=caller.subject,
            area=caller.area,
            expires_at=min(wall + lasting.idle, opened + lasting.longest),
            opened_at=opened,
        )

    @property
    def since(self) -> datetime:
        """When its person signed in."""
        return self.opened_at or self.expires_at - _FORMER

    def caller(self, wall: datetime, limits: Limits) -> Caller | None:
        """Whom this session speaks for, None once it has expired; ``worn`` when it is time to keep it on."""
        lasting = limits.get(Role(self.role))
        if lasting is None or wall >= min(self.expires_at, self.since + lasting.longest):
            return None
        worn = self.expires_at < self._kept_on(wall - lasting.idle / _WORN, lasting)
        return Caller(Role(self.role), self.subject, self.area, self.since, worn)

    def keep_on(self, wall: datetime, limits: Limits) -> None:
        """It was used; one that has expired stays so."""
        if self.caller(wall, limits) is not None:
            self.opened_at = self.since
            self.expires_at = self._kept_on(wall, limits[Role(self.role)])

    def _kept_on(self, wall: datetime, lasting: Lasting) -> datetime:
        return max(self.expires_at, min(wall + lasting.idle, self.since + lasting.longest))


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

    async def open_session(self, caller: Caller, token: str, wall: datetime, lasting: Lasting) -> None:
        """Remember a browser, and forget those that have expired."""
        await self._session.execute(delete(self.sessions).where(col(self.sessions.expires_at) <= wall))
        self._session.add(self.sessions.open_for(caller, token, wall, lasting))

    async def keep_session(self, token: str, wall: datetime, limits: Limits) -> None:
        """A browser was used; one that is not known is nothing."""
        session = await self._session.get(self.sessions, hash_of(token), with_for_update=True)
        if session is not None:
            session.keep_on(wall, limits)

    async def close_session(self, token: str) -> Caller | None:
        """Sign a browser out; answers whom it spoke for."""
        session = await self._session.get(self.sessions, hash_of(token))
        if session is None:
            return None
        await self._session.delete(session)
        return Caller(Role(session.role), session.subject, session.area)
