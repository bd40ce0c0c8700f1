"""Opening and closing browser sessions: the same for every service that has a sign-in page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.contracts.audit import Deed, What
from shared.contracts.refusal import Refusal, Unavailable
from shared.identity.access_book import AccessBook
from shared.identity.acting import who_of
from shared.identity.handing_over import AcceptHandover, Handover, accept_handovers
from shared.identity.sessions import Lasting, Limits, SessionRepository, hash_of, new_session_token
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
    lasting: Lasting


@dataclass(frozen=True)
class KeepSession:
    """The browser that holds ``token`` was used."""

    token: str
    wall: datetime
    limits: Limits


@dataclass(frozen=True)
class LeftEverywhere:
    """All sessions of ``caller`` have ended, that of the browser that holds ``token`` among them."""

    caller: Caller
    token: str


async def open_sessions(uow: UnitOfWork[SessionRepository], commands: Sequence[OpenSession]) -> list[Refusal | None]:
    """Remember browsers."""
    for command in commands:
        await uow.repository.open_session(command.caller, command.token, command.wall, command.lasting)
        uow.audit(Deed(who_of(command.caller), What.SIGNED_IN))
    return [None for _ in commands]


async def close_sessions(uow: UnitOfWork[SessionRepository], tokens: Sequence[str]) -> list[Refusal | None]:
    """Forget browsers; one that is not known is fine."""
    for token in tokens:
        if (caller := await uow.repository.close_session(token)) is not None:
            uow.audit(Deed(who_of(caller), What.SIGNED_OUT))
    return [None for _ in tokens]


async def keep_sessions(uow: UnitOfWork[SessionRepository], commands: Sequence[KeepSession]) -> list[Refusal | None]:
    """Let browsers that are used go on, as far as their limits let them."""
    for command in sorted(commands, key=lambda one: hash_of(one.token)):  # rows are locked in one order
        await uow.repository.keep_session(command.token, command.wall, command.limits)
    return [None for _ in commands]


async def leave_everywhere(
    uow: UnitOfWork[SessionRepository], commands: Sequence[LeftEverywhere]
) -> list[Refusal | None]:
    """Forget the browsers from which everything was ended; the others' sessions are void and go with their time."""
    for command in commands:
        await uow.repository.close_session(command.token)
        uow.audit(Deed(who_of(command.caller), What.SIGNED_OUT, field="everywhere"))
    return [None for _ in commands]


class Sessions:
    """Opens and closes the sessions of one service through its ``writer``. Times are wall time. ``book``: where it is
    kept that somebody left everywhere.
    """

    def __init__(
        self, writer: GroupCommit[Any], limits: Limits, book: AccessBook, wall: Callable[[], datetime] = _wall_now
    ) -> None:
        self.limits = limits
        self._writer = writer
        self._book = book
        self._wall = wall

    async def open(self, caller: Caller) -> str:
        """A new session's cookie value. Raises ``Unavailable``."""
        token = new_session_token()
        await self._writer.do(open_sessions, OpenSession(caller, token, self._wall(), self.limits[caller.role]))
        return token

    async def accept(self, handover: Handover, what: What) -> str:
        """A new session's cookie value for whom a handover brings; ``what`` the audit calls it. Raises
        ``Unauthenticated`` for one that was used or comes from a session that is over, ``Unavailable``.
        """
        token = new_session_token()
        lasting = self.limits[handover.caller.role]
        await self._writer.do(accept_handovers, AcceptHandover(handover, token, self._wall(), lasting, what))
        return token

    async def keep(self, token: str) -> None:
        """A session was used. Where nothing can be written at the moment it is kept on another time."""
        with suppress(Unavailable):
            await self._writer.do(keep_sessions, KeepSession(token, self._wall(), self.limits))

    async def leave_everywhere(self, caller: Caller, token: str) -> None:
        """End every session and every token that somebody has at this moment, in all services. Raises ``Unavailable``
        where the book of access cannot be written, and then nothing has ended.
        """
        try:
            await asyncio.to_thread(self._book.end, caller.role, caller.subject, self._wall())
        except OSError as error:
            raise Unavailable from error
        await self._writer.do(leave_everywhere, LeftEverywhere(caller, token))

    async def close(self, token: str) -> None:
        """Sign a browser out. Raises ``Unavailable``."""
        await self._writer.do(close_sessions, token)
