"""Who is calling: a signed token, or the cookie of a session. The routes say what they need of the caller."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol

from fastapi import Depends, Request, Response

from shared.contracts.refusal import Forbidden, Unauthenticated
from shared.contracts.words import Role
from shared.identity.access_book import LONGEST_SESSION
from shared.identity.tokens import Caller, TokenSigner
from shared.web.rules import rule_for, under

SessionLookup = Callable[[str], Awaitable[Caller | None]]
"""Whom a session cookie speaks for; None for an unknown or expired one."""


class KeepsSessions(Protocol):
    """Notes that a browser's session is in use."""

    async def keep(self, token: str) -> None:
        """Let it last; where that is not possible now, it lasts as long as it would have."""


class RoleMissing(Forbidden):
    """The caller's role may not do this."""


class Callers:
    """Finds the caller of a request. Without ``lookup`` a service has no browser sessions; ``sessions`` keeps those
    on that are used.
    """

    def __init__(
        self,
        service: str,
        signer: TokenSigner,
        lookup: SessionLookup | None = None,
        sessions: KeepsSessions | None = None,
        *,
        secure: bool = False,
    ) -> None:
        self.cookie_name = f"paidan_{service}"
        self._signer = signer
        self._lookup = lookup
        self._sessions = sessions
        self._secure = secure

    async def find(self, request: Request) -> Caller | None:
        """The caller, None for a stranger. A token wins over a cookie; a bad one raises ``Unauthenticated``."""
        token = bearer_of(request)
        if token is not None:
            return self._signer.verify(token)
        cookie = request.cookies.get(self.cookie_name, "")
        caller = await self._lookup(cookie) if cookie and self._lookup else None
        if caller is None or self.has_ended(caller):
            return None
        if caller.worn and self._sessions is not None:
            await self._sessions.keep(cookie)
        return caller

    def has_ended(self, caller: Caller) -> bool:
        """Whether all that somebody had was ended since their session was opened."""
        return self._signer.has_ended(caller)

    def remember(self, response: Response, session_token: str) -> None:
        """Give the browser its session's cookie: longer than any session lasts; the service knows when it ends."""
        response.set_cookie(
            self.cookie_name,
            session_token,
            max_age=round(LONGEST_SESSION.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(self.cookie_name, secure=self._secure, httponly=True, samesite="lax")


def bearer_of(request: Request) -> str | None:
    """The token of ``Authorization: Bearer``; None without one. Another scheme raises ``Unauthenticated``."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()


async def find_caller(request: Request) -> Caller | None:
    """Dependency: the caller, or None for a stranger; the layout shows them their own links."""
    callers: Callers = request.app.state.callers
    caller = await callers.find(request)
    request.state.caller = caller
    return caller


MaybeCaller = Annotated[Caller | None, Depends(find_caller)]


async def known_caller(caller: MaybeCaller) -> Caller:
    """Dependency: the caller. Raises ``Unauthenticated`` for a stranger."""
    if caller is None:
        raise Unauthenticated
    return caller


KnownCaller = Annotated[Caller, Depends(known_caller)]


def require(*roles: Role) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency: the caller, in one of these roles. Raises ``RoleMissing``, which is audited."""

    @under(rule_for(*roles))
    async def in_role(caller: KnownCaller) -> Caller:
        if caller.role not in roles:
            raise RoleMissing
        return caller

    return in_role


AnybodyKnown = Annotated[Caller, Depends(require(*Role))]
VolunteerCaller = Annotated[Caller, Depends(require(Role.VOLUNTEER))]
CoordinatorCaller = Annotated[Caller, Depends(require(Role.COORDINATOR))]
DepartmentCaller = Annotated[Caller, Depends(require(Role.DEPARTMENT))]
OpsCaller = Annotated[Caller, Depends(require(Role.OPS))]
