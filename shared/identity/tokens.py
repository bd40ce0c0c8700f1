"""Signed tokens for machines and the command line, and the tracking token of an order."""

from __future__ import annotations

import asyncio
import base64
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from shared.contracts.refusal import Unauthenticated
from shared.contracts.words import Role
from shared.identity.access_book import FIRST, AccessBook

_ALGORITHM = "HS256"
_AUDIENCE = "paidan"
_TRACKING_BYTES = 20  # 160 bits; security.md asks for 128 at least


@dataclass(frozen=True)
class Caller:
    """Who a request comes from. ``subject`` is the opaque id of the person; ``area`` bounds a coordinator."""

    role: Role
    subject: str
    area: str | None = None
    since: datetime | None = field(default=None, compare=False)
    """When the person of a browser's session signed in; what was opened before it was ended is void."""
    worn: bool = field(default=False, compare=False)
    """Whether some of the session's idle time has gone: it is to be kept on."""


class TokenSigner:
    """Signs and verifies access tokens with the installation's keys. Tokens live in wall time. ``key``: the one it
    began with; ``book``: newer ones, and what was taken back.
    """

    def __init__(self, key: bytes, book: AccessBook | None = None) -> None:
        self._key = key
        self._book = book

    def sign(self, caller: Caller, ttl: timedelta) -> str:
        """A token that says who the caller is, until ``ttl`` has passed."""
        now = datetime.now(UTC)
        kid, key = self._book.newest(self._key) if self._book else (FIRST, self._key)
        claims = {
            "aud": _AUDIENCE,
            "jti": secrets.token_urlsafe(12),
            "sub": caller.subject,
            "role": caller.role.value,
            "iat": now.timestamp(),  # to the microsecond: what is ended and given anew in one second is told apart
            "exp": now + ttl,
        }
        if caller.area is not None:
            claims["area"] = caller.area
        return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": kid})

    def verify(self, token: str) -> Caller:
        """The caller a token speaks for. Raises ``Unauthenticated``, without saying why."""
        try:
            claims = self._claims(token)
            caller = Caller(Role(claims["role"]), str(claims["sub"]), claims.get("area"))
            since = datetime.fromtimestamp(claims["iat"], UTC)
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError) as error:
            raise Unauthenticated from error
        if self._book and self._book.is_void(caller.role, caller.subject, since, str(claims.get("jti", ""))):
            raise Unauthenticated
        return caller

    def has_ended(self, caller: Caller) -> bool:
        """Whether a browser's session was opened before everything of its subject was ended."""
        if self._book is None or caller.since is None:
            return False
        return self._book.is_void(caller.role, caller.subject, caller.since)

    async def end_all(self, role: Role, subjects: Sequence[str]) -> None:
        """Every token and session these have at this moment is void, in all services; needs a book."""
        if self._book is not None:
            await asyncio.to_thread(self._book.end_all, role, subjects, datetime.now(UTC))

    def take_back(self, token: str) -> str:
        """This one token opens nothing any more; answers its id. Raises ``Unauthenticated`` for one that is none
        of ours or has run out; needs a book.
        """
        try:
            token_id = str(self._claims(token)["jti"])
        except (jwt.InvalidTokenError, KeyError) as error:
            raise Unauthenticated from error
        if self._book is not None:
            self._book.take_back(token_id, datetime.now(UTC))
        return token_id

    def _claims(self, token: str) -> dict[str, Any]:
        kid = str(jwt.get_unverified_header(token).get("kid", FIRST))
        now = datetime.now(UTC)
        key = self._book.key_of(kid, self._key, now) if self._book else self._key if kid == FIRST else None
        if key is None:
            raise jwt.InvalidTokenError("unknown key")
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            options={"require": ["exp", "iat", "sub", "role"]},
        )
        return claims


class PurposeTokens:
    """Signs links for one purpose: whoever has one may do one thing about one subject, for a while (wall time).

    Their audience is the purpose's own, so that no link passes for an access token.
    """

    def __init__(self, key: bytes, purpose: str) -> None:
        self._key = key
        self._audience = f"{_AUDIENCE}:{purpose}"

    def sign(self, subject: str, ttl: timedelta, since: datetime | None = None) -> str:
        """A token about ``subject``, until ``ttl`` has passed; ``since``: when whoever it speaks for signed in."""
        claims: dict[str, Any] = {"aud": self._audience, "sub": subject, "exp": datetime.now(UTC) + ttl}
        if since is not None:
            claims["since"] = since.timestamp()
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def verify(self, token: str) -> str:
        """The subject a token is about. Raises ``Unauthenticated``, without saying why."""
        return self.read(token)[0]

    def read(self, token: str) -> tuple[str, datetime | None]:
        """The subject a token is about, and since when. Raises ``Unauthenticated``, without saying why."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=self._audience,
                options={"require": ["exp", "sub"]},
            )
            since = datetime.fromtimestamp(claims["since"], UTC) if "since" in claims else None
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError) as error:
            raise Unauthenticated from error
        return str(claims["sub"]), since


class IdTokens:
    """The secret of a link for ever: a known id with a keyed hash of it, under a prefix of its own kind.

    The same id has the same token, so that nothing has to be stored, and a token alone leads to what it is of.
    """

    def __init__(self, key: bytes, kind: bytes) -> None:
        self._key = key
        self._kind = kind

    def of(self, known_id: str) -> str:
        """Its token: 48 URL-safe characters. ``known_id`` is a UUID."""
        known = UUID(known_id).bytes
        return base64.urlsafe_b64encode(known + self._hash(known)).decode()

    def id_of(self, token: str) -> str:
        """The id a token is of. Raises ``Unauthenticated`` for anything we did not make."""
        try:
            both = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
        except ValueError as error:
            raise Unauthenticated from error
        known, secret = both[:16], both[16:]
        if len(known) < 16 or not hmac.compare_digest(secret, self._hash(known)):
            raise Unauthenticated
        return str(UUID(bytes=known))

    def _hash(self, known: bytes) -> bytes:
        return hmac.digest(self._key, self._kind + known, "sha256")[:_TRACKING_BYTES]


class TrackingTokens(IdTokens):
    """The secret of an order's tracking link: the same order has the same token, so that a repeated Idempotency-Key
    gets the same answer.
    """

    def __init__(self, key: bytes) -> None:
        super().__init__(key, b"track:")

    def order_of(self, token: str) -> str:
        """The id of the order a token opens. Raises as ``id_of``."""
        return self.id_of(token)


class CalendarTokens(IdTokens):
    """The secret of a calendar's address: of a feed's id, which ends when the volunteer takes it back."""

    def __init__(self, key: bytes) -> None:
        super().__init__(key, b"calendar:")
