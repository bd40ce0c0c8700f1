"""Matcher on a stage: its real use cases and clock over a real database, with a time that is set by hand.

The database is SQLite in a directory that is thrown away, with ``synchronous`` off, because nothing here has to
survive a loss of power. There is no broker and no HTTP.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlmodel import col

from deploy.simulate.at_once import ThrownAway
from services.matcher.app import MIGRATIONS
from services.matcher.clocks import DispatchClock
from services.matcher.models import Dispatch, Outbox
from services.matcher.models.ground import Audited
from services.matcher.policies.certificates import CertificateCodes
from services.matcher.policies.lifecycle import FINAL
from services.matcher.policies.policy import Policy
from services.matcher.queries import Queries
from services.matcher.queries.views import PoolLegView
from services.matcher.repository import Repository
from services.matcher.use_cases import UseCases
from services.matcher.use_cases.enrolling import ImportRoster
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.community.roster import RosterRow
from shared.contracts.envelope import Event
from shared.contracts.refusal import Refusal, Unavailable
from shared.messaging.outbox import keep_in
from shared.persistence.audit import Chain, Seal
from shared.persistence.engine import Database
from shared.persistence.group_commit import GroupCommit
from shared.persistence.migrating import migrate
from shared.persistence.unit_of_work import AfterCommit, UnitOfWork, Units
from shared.persistence.vault import Vault


class Act(NamedTuple):
    """One command for one use case; ``heard`` is told the answer, or the refusal."""

    use_case: Callable[..., Any]
    command: Any
    heard: Callable[[Any], None]


class Stage:
    """One policy's matcher. ``now`` is set by whoever runs it."""

    def __init__(self, folder: Path, rules: Community, policy: Policy, begin: datetime) -> None:
        self.rules = rules
        self.now = begin
        self._facts: list[Event] = []
        self._database = ThrownAway(folder / "matcher.db")
        self._writer = GroupCommit(_CountedUnits(self._database, lambda: self.now, self._committed))
        vault = Vault(bytes(32))  # invented people in a database that is thrown away
        self.use_cases = UseCases(rules, vault, self._writer, policy)
        pairing = (self.use_cases.directories, self.use_cases.needs)
        self._queries = Queries(
            self._database, rules, vault, *pairing, {}, CertificateCodes(bytes(32))
        )  # nobody signs in
        self._clock = DispatchClock(self._queries, self.use_cases, DomainClock(), 1.0)

    @asynccontextmanager
    async def playing(self, roster: Sequence[RosterRow]) -> AsyncIterator[None]:
        """Tables made, everybody enrolled, the writer turning."""
        await migrate(self._database, MIGRATIONS)
        writing = asyncio.create_task(self._writer.run())
        try:
            await self._writer.do(self.use_cases.enrolling.settle_in, None)
            await self._writer.do(self.use_cases.enrolling.import_rosters, ImportRoster(roster, "simulation"))
            yield
        finally:
            self._writer.close()
            await writing
            await self._database.close()

    async def do(self, acts: Sequence[Act]) -> None:
        """Do all of these in their order, in as few transactions as the writer makes of them."""
        answers = await asyncio.gather(
            *(self._writer.do(act.use_case, act.command) for act in acts), return_exceptions=True
        )
        for act, answer in zip(acts, answers, strict=True):
            if isinstance(answer, BaseException) and (
                not isinstance(answer, Refusal) or isinstance(answer, Unavailable)
            ):
                raise answer
            act.heard(answer)

    async def sweep(self) -> None:
        """Do what is due by now; what becomes due by that is left to the next minute."""
        await self._clock.sweep(self.now)

    async def next_due(self) -> datetime | None:
        """When the next thing falls due, None when nothing will."""
        return await self._queries.due.following()

    async def pool(self, volunteer_id: str) -> PoolLegView | None:
        """The leg on top of the pool that a volunteer sees."""
        legs = await self._queries.pool.legs(volunteer_id, self.now, 1)
        return legs[0] if legs else None

    def facts(self) -> list[Event]:
        """The facts recorded since the last time, in their order."""
        facts, self._facts = self._facts, []
        return facts

    async def held(self) -> int:
        """How many orders have somebody who holds them, the ended ones included."""
        ended = col(Dispatch.state).in_([state.value for state in FINAL])
        held = select(func.count()).select_from(Dispatch).where(ended | col(Dispatch.holder_role).is_not(None))
        async with self._database.reading() as session:
            return int(await session.scalar(held) or 0)

    def _committed(self, unit: UnitOfWork[Repository]) -> None:
        self.use_cases.learn(unit)
        self._facts += [recorded.event for recorded in unit.recorded]


class _CountedUnits(Units[Repository]):
    """Units of work whose ids are numbers in a row, so that two runs of the same seed are the same."""

    def __init__(self, database: Database, now: Callable[[], datetime], *after_commit: AfterCommit[Repository]) -> None:
        chain = Chain(Audited, Seal("matcher", bytes(32)))  # nobody asks it anything
        super().__init__(database, Repository, now, keep_in(Outbox), after_commit, chain)
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[UnitOfWork[Repository]]:
        """Open a unit, as its parent does."""
        async with super().__call__() as unit:
            unit.new_id = self._next_id  # type: ignore[method-assign]  # ids by the seed
            yield unit

    def _next_id(self) -> str:
        return f"{next(self._numbers):016x}"
