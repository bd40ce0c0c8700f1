"""One transaction: what a use case sees of the database, and the only commit there is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils import uuid7

from shared.contracts.audit import Deed
from shared.contracts.envelope import Event
from shared.persistence.audit import Chain
from shared.persistence.engine import Database

log = structlog.get_logger()

R = TypeVar("R")


@dataclass(frozen=True)
class Recorded:
    """An event waiting for the commit, with the trace it belongs to (W3C traceparent, may be empty)."""

    event_id: str
    event: Event
    time: datetime
    traceparent: str


class UnitOfWork(Generic[R]):
    """What a use case works with: the repository, the time, fresh ids, and the facts it records.

    ``now`` is domain time, one instant for the whole unit; the session stays hidden.
    """

    def __init__(self, repository: R, now: datetime) -> None:
        self.repository = repository
        self.now = now
        self.recorded: list[Recorded] = []
        self.deeds: list[Deed] = []
        self.announced: list[str] = []
        self.finishing: list[Callable[[], Awaitable[None]]] = []

    def new_id(self) -> str:
        """A fresh id, sortable by the time it was made (UUID version 7)."""
        return str(uuid7())

    def record(self, *events: Event, traceparent: str = "") -> None:
        """Have events published once this unit is committed, in this order."""
        self.recorded += (Recorded(self.new_id(), event, self.now, traceparent) for event in events)

    def audit(self, *deeds: Deed) -> None:
        """Have these in the audit once this unit is committed, and not without it; a refusal is a deed as well."""
        self.deeds += deeds

    def finish_with(self, write: Callable[[], Awaitable[None]]) -> None:
        """Have this run once, inside the transaction, after the last use case of the unit."""
        if write not in self.finishing:
            self.finishing.append(write)

    def announce(self, *topics: str) -> None:
        """Tell live watchers of these topics, once this unit is committed."""
        self.announced += topics


Keep = Callable[[AsyncSession, Sequence[Recorded]], Awaitable[None]]
"""Puts recorded events where the relay finds them, inside the unit's own transaction."""

AfterCommit = Callable[[UnitOfWork[R]], None]


class Units(Generic[R]):
    """Makes units of work for one service."""

    def __init__(
        self,
        database: Database,
        repository: Callable[[AsyncSession], R],
        now: Callable[[], datetime],
        keep: Keep,
        after_commit: Sequence[AfterCommit[R]] = (),
        chain: Chain | None = None,
    ) -> None:
        """``chain``: the service's audit; without one a unit that has deeds fails."""
        self.database = database
        self._repository = repository
        self._now = now
        self._keep = keep
        self._after_commit = tuple(after_commit)
        self._chain = chain

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[UnitOfWork[R]]:
        """Open a unit; it is committed on leaving, and leaves no trace when anything is raised inside."""
        async with self.database.writing() as session:
            unit = UnitOfWork(self._repository(session), self._now())
            yield unit
            for write in unit.finishing:
                await write()
            await self._keep(session, unit.recorded)
            await self._chain_deeds(session, unit.deeds)
        for tell in self._after_commit:
            try:
                tell(unit)
            except Exception as error:  # noqa: BLE001 - raising here would have a committed list run again
                log.warning("unit.untold", error=type(error).__name__)

    async def _chain_deeds(self, session: AsyncSession, deeds: Sequence[Deed]) -> None:
        """Last of all: whoever has the turn of the chain waits for nothing more but the commit."""
        if not deeds:
            return
        if self._chain is None:
            raise AssertionError("deeds without an audit to keep them in")
        await session.flush()
        await self._chain.append(session, deeds)
