"""Signed tokens for machines and the command line, and the tracking token of an order."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from shared.contracts.refusal import Unauthenticated
from shared.contracts.words import Role

_ALGORITHM = "HS256"
_AUDIENCE = "paidan"
_TRACKING_BYTES = 24  # 192 bits, 32 characters; security.md asks for 128 at least


@dataclass(frozen=True)
class Caller:
    """Who a request comes from. ``subject`` is the opaque id of the person; ``area`` bounds a coordinator."""

    role: Role
    subject: str
    area: str | None = None


class TokenSigner:
    """Signs and verifies access tokens with the installation's key. Tokens live in wall time."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, caller: Caller, ttl: timedelta) -> str:
        """A token that says who the caller is, until ``ttl`` has passed."""
        now = datetime.now(UTC)
        claims = {
            "aud": _AUDIENCE,
            "sub": caller.subject,
            "role": caller.role.value,
            "iat": now,
            "exp": now + ttl,
        }
        if caller.area is not None:
            claims["area"] = caller.area
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def verify(self, token: str) -> Caller:
        """The caller a token speaks for. Raises ``Unauthenticated``, without saying why."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={"require": ["exp", "sub", "role"]},
            )
            return Caller(Role(claims["role"]), str(claims["sub"]), claims.get("area"))
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated from error


class TrackingTokens:
    """The secret part of an order's tracking link: a keyed hash of the order's id.

    The same order has the same token for ever, so that a repeated Idempotency-Key gets the same answer,
    and nothing has to be stored.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, order_id: str) -> str:
        """The order's tracking token: 32 URL-safe characters."""
        digest = hmac.digest(self._key, f"track:{order_id}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:_TRACKING_BYTES]).decode()

    def opens(self, token: str, order_id: str) -> bool:
        """Whether this token belongs to this order, compared in constant time."""
        return hmac.compare_digest(token.encode(), self.of(order_id).encode())
