"""Carrying a signed-in caller from one service's pages to another's: signed, for a short time, and once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.contracts.audit import Deed, What
from shared.contracts.refusal import Refusal, Unauthenticated
from shared.contracts.words import Role
from shared.identity.acting import who_of
from shared.identity.sessions import Lasting, SessionRepository
from shared.identity.tokens import Caller, PurposeTokens
from shared.persistence.unit_of_work import UnitOfWork

KEPT = timedelta(hours=1)
"""How long a used handover is remembered: longer than any is valid."""


@dataclass(frozen=True)
class Handover:
    """Who comes, to which path of the other service; ``nonce`` tells two handovers apart."""

    caller: Caller
    path: str
    nonce: str


class Handovers:
    """Signs and reads handovers to one ``service``, with a purpose of their own. Times are wall time."""

    def __init__(self, key: bytes, service: str) -> None:
        self._tokens = PurposeTokens(key, f"handover:{service}")

    def sign(self, caller: Caller, path: str, ttl: timedelta) -> str:
        """A token that lets ``caller`` in at ``path``, once, until ``ttl`` has passed; the session it opens began when
        the caller's own did, or now.
        """
        since = caller.since or wall_now()
        who = [caller.role.value, caller.subject, caller.area]
        return self._tokens.sign(json.dumps([*who, path, secrets.token_urlsafe(16)]), ttl, since)

    def read(self, token: str) -> Handover:
        """What a token says. Raises ``Unauthenticated``, without saying why."""
        try:
            said, since = self._tokens.read(token)
            role, subject, area, path, nonce = json.loads(said)
            return Handover(Caller(Role(role), subject, area, since), path, nonce)
        except ValueError as error:
            raise Unauthenticated from error


class UsedHandoverColumns(SQLModel):
    """A handover that has been used, and is not used again."""

    nonce: str = Field(primary_key=True)
    used_at: datetime = Field(index=True)


class HandoverRepository(SessionRepository):
    """The handover part of a service's repository; the service names its table."""

    used_handovers: ClassVar[type[UsedHandoverColumns]]
    _session: AsyncSession

    async def use_handover(self, nonce: str, wall: datetime) -> bool:
        """Whether this is its first use; forgets what is too old to be valid."""
        used = self.used_handovers
        await self._session.execute(delete(used).where(col(used.used_at) <= wall - KEPT))
        if await self._session.scalar(select(col(used.nonce)).where(col(used.nonce) == nonce)) is not None:
            return False
        self._session.add(used(nonce=nonce, used_at=wall))
        await self._session.flush()  # two at once: the second finds the first's row when it looks again
        return True


@dataclass(frozen=True)
class AcceptHandover:
    """Let the browser that holds ``token`` speak for whom the handover brings; ``what`` the audit calls it."""

    handover: Handover
    token: str
    wall: datetime
    lasting: Lasting
    what: What


async def accept_handovers(
    uow: UnitOfWork[HandoverRepository], commands: Sequence[AcceptHandover]
) -> list[Refusal | None]:
    """Open a session for each handover that has not been used, while the session it comes from may last. Refusals:
    ``Unauthenticated``.
    """
    answers: list[Refusal | None] = []
    for command in commands:
        caller = command.handover.caller
        over = caller.since is not None and command.wall >= caller.since + command.lasting.longest
        if over or not await uow.repository.use_handover(command.handover.nonce, command.wall):
            answers.append(Unauthenticated())
            continue
        await uow.repository.open_session(caller, command.token, command.wall, command.lasting)
        uow.audit(Deed(who_of(caller), command.what))
        answers.append(None)
    return answers


def wall_now() -> datetime:
    """The wall's time."""
    return datetime.now(UTC)
