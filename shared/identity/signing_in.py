"""Opening and closing browser sessions: the same for every service that has a sign-in page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.contracts.audit import Deed, What
from shared.contracts.refusal import Refusal
from shared.identity.acting import who_of
from shared.identity.sessions import SessionRepository, new_session_token
from shared.identity.tokens import Caller
from shared.persistence.group_commit import GroupCommit
from shared.persistence.unit_of_work import UnitOfWork


def _wall_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class OpenSession:
    """Let the browser that holds ``token`` speak for ``caller`` from ``wall`` on."""

    caller: Caller
    token: str
    wall: datetime


async def open_sessions(uow: UnitOfWork[SessionRepository], commands: Sequence[OpenSession]) -> list[Refusal | None]:
    """Remember browsers."""
    for command in commands:
        await uow.repository.open_session(command.caller, command.token, command.wall)
        uow.audit(Deed(who_of(command.caller), What.SIGNED_IN))
    return [None for _ in commands]


async def close_sessions(uow: UnitOfWork[SessionRepository], tokens: Sequence[str]) -> list[Refusal | None]:
    """Forget browsers; one that is not known is fine."""
    for token in tokens:
        if (caller := await uow.repository.close_session(token)) is not None:
            uow.audit(Deed(who_of(caller), What.SIGNED_OUT))
    return [None for _ in tokens]


class Sessions:
    """Opens and closes the sessions of one service through its ``writer``. Times are wall time."""

    def __init__(self, writer: GroupCommit[Any], wall: Callable[[], datetime] = _wall_now) -> None:
        self._writer = writer
        self._wall = wall

    async def open(self, caller: Caller) -> str:
        """A new session's cookie value. Raises ``Unavailable``."""
        token = new_session_token()
        await self._writer.do(open_sessions, OpenSession(caller, token, self._wall()))
        return token

    async def close(self, token: str) -> None:
        """Sign a browser out. Raises ``Unavailable``."""
        await self._writer.do(close_sessions, token)
