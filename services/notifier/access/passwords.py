"""Operators sign in by name and password."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from services.notifier.policies.passwords import PasswordNotAccepted
from services.notifier.repository import Repository
from services.notifier.use_cases.trying_passwords import Try, TryingPasswords
from shared.contracts.words import Role
from shared.identity.operators import MOST, Operators
from shared.identity.tokens import Caller
from shared.persistence.group_commit import GroupCommit

AT_ONCE = 2
"""So many passwords are looked at at a time: each takes 19 MiB and 40 ms of a processor."""


def _wall_now() -> datetime:
    return datetime.now(UTC)


class PasswordDoor:
    """Counts each try before it looks, so that tries at once are no way around the count. ``key`` prints names and
    addresses; times are wall time."""

    def __init__(
        self,
        writer: GroupCommit[Repository],
        operators: Operators,
        key: bytes,
        free: int,
        wall: Callable[[], datetime] = _wall_now,
    ) -> None:
        self._writer, self._operators, self._key, self._wall = writer, operators, key, wall
        self._trying = TryingPasswords(free)
        self._looking = asyncio.Semaphore(AT_ONCE)

    async def enter(self, name: str, password: str, address: str) -> Caller:
        """Who it is. Raises ``PasswordNotAccepted``, ``TooManyTries``, ``Unavailable``; never says which was wrong, nor
        by its time."""
        one = Try(self._print("operator", name), self._print("operator-address", address), self._wall())
        await self._do(self._trying.count_tries, one)
        async with self._looking:
            right = await asyncio.to_thread(self._operators.accepts, name, password[: MOST + 1])
        if not right:
            raise PasswordNotAccepted
        await self._do(self._trying.forgive, one)
        return Caller(Role.OPS, name)

    async def _do(self, use_case: Any, one: Try) -> None:
        await self._writer.do(use_case, one)

    def _print(self, purpose: str, said: str) -> str:
        return hmac.digest(self._key, f"{purpose}:{said}".encode(), "sha256").hex()
