"""Matcher's use cases over one database, with a time set by hand; and what they wrote and told, to be looked at."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import select
from sqlmodel import col

from services.matcher.models import Assignment, Audited, Dispatch, MatcherTable, Offer, Outbox, Volunteer
from services.matcher.policies.eligibility import Reason
from services.matcher.policies.policy import Policy
from services.matcher.policies.waves import Situation
from services.matcher.repository import Repository, Unit
from services.matcher.use_cases import UseCases
from services.matcher.use_cases.enrolling import ImportRoster
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.community.hours import ALL_WEEK, VolunteerKind, WeekHours
from shared.community.roster import RosterRow
from shared.contracts import matcher
from shared.contracts.refusal import Refusal
from shared.messaging.outbox import keep_in
from shared.persistence.audit import Chain, Seal
from shared.persistence.engine import Database
from shared.persistence.group_commit import GroupCommit
from shared.persistence.unit_of_work import Units
from shared.persistence.vault import Vault

MIGRATIONS = Path(__file__).parents[3] / "services/matcher/migrations"
SUNDAY_EVENING = datetime.fromisoformat("2026-11-22T19:00+08:00")
GRID, NEXT_GRID, FAR_GRID = "maoling-east-g1", "maoling-east-g2", "shanguang-g1"
ALWAYS = WeekHours(ALL_WEEK)
EVENTS = {event.type(): event for event in matcher.EVENTS}
KEY = bytes(range(32))
CHAIN = Chain(Audited, Seal("matcher", KEY))

A = TypeVar("A")
T = TypeVar("T", bound=MatcherTable)


def volunteer(
    volunteer_id: str,
    *posts: str,
    home: str = GRID,
    hours: WeekHours = ALWAYS,
    capacity: int = 2,
    on_duty: bool = False,
    vetted: bool = True,
    **more: Any,
) -> RosterRow:
    """A row of the roster; the phone is made from the id and cannot ring."""
    number = int.from_bytes(volunteer_id.encode(), "big") % 10**8
    return RosterRow(
        volunteer_id=volunteer_id,
        name=f"name of {volunteer_id}",
        phone=f"+86154{number:08}",
        kind=VolunteerKind.RETIRED,
        unit=None,
        profession=None,
        home=home,
        posts=posts,
        vetted_posts=posts if vetted else (),
        hours=hours,
        capacity=capacity,
        on_duty=on_duty,
        **more,
    )


class AskMany:
    """A way of asking that always asks the same number of people."""

    overlooks: frozenset[Reason] = frozenset()

    def __init__(self, count: int) -> None:
        self._count = count

    def wave(self, situation: Situation) -> int:
        """As many as it was made for."""
        return min(self._count, len(situation.chances))


def names(events: Sequence[Any]) -> list[str]:
    """What happened."""
    return [event.name for event in events]


class Ground:
    """Matcher's use cases over one database, and what they left there."""

    def __init__(self, url: str, rules: Community, policy: Policy | None = None) -> None:
        self.rules = rules
        self.now = SUNDAY_EVENING
        self.database = Database(url)
        self.units = Units(self.database, Repository, lambda: self.now, keep_in(Outbox), [self._learn], CHAIN)
        self.vault = Vault(KEY)
        self.writer = GroupCommit(self.units)
        self.use_cases = UseCases(rules, self.vault, self.writer, policy)
        self._numbers = itertools.count(1)
        self._heard = 0
        self._versions: dict[str, int] = {}

    def _learn(self, unit: Unit) -> None:
        self.use_cases.learn(unit)

    def asking(self, count: int, *, draws: bool = False) -> None:
        """From now on, this many are asked at a time."""
        pairing = self.rules.pairing.model_copy(update={"candidates": max(32, count)})
        rules = replace(self.rules, pairing=pairing)
        policy = Policy(AskMany(count), pairing.weights, draws)
        self.use_cases = UseCases(rules, self.vault, self.writer, policy)

    def later(self, **delta: float) -> None:
        """Let time pass."""
        self.now += timedelta(**delta)

    def follow(self, clock: DomainClock) -> None:
        """From now on, time is that of a running clock."""
        self.units = Units(self.database, Repository, clock.now, keep_in(Outbox), [self._learn], CHAIN)
        self.writer._units = self.units

    @asynccontextmanager
    async def writing(self, *loops: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
        """Have the writer turn, and ``loops`` beside it."""
        running = [asyncio.create_task(loop()) for loop in (self.writer.run, *loops)]
        try:
            yield
        finally:
            for one in running:
                one.cancel()
            ended = await asyncio.gather(*running, return_exceptions=True)
        assert [asyncio.CancelledError] * len(running) == [type(one) for one in ended]

    async def run(self, use_case: Callable[[Unit, Sequence[Any]], Awaitable[Sequence[A]]], *commands: Any) -> list[A]:
        """Run a list in one transaction."""
        async with self.units() as uow:
            return list(await use_case(uow, commands))

    async def do(self, use_case: Callable[[Unit, Sequence[Any]], Awaitable[Sequence[Any]]], command: Any) -> Any:
        """Run one command; raises its refusal."""
        (answer,) = await self.run(use_case, command)
        if isinstance(answer, Refusal):
            raise answer
        return answer

    async def enrol(self, *rows: RosterRow) -> None:
        """Import a roster."""
        await self.do(self.use_cases.enrolling.import_rosters, ImportRoster(rows, "c-county"))

    async def post_of(self, order_id: str) -> str | None:
        """The post that serves an order."""
        return self.rules.services_by_code[(await self.dispatch(order_id)).service].post

    async def heard(self) -> list[Any]:
        """The facts recorded since the last time this was asked, in order."""
        facts = await self.peek()
        self._heard += len(facts)
        return facts

    async def peek(self) -> list[Any]:
        """The same, to be asked again."""
        found = select(Outbox).order_by(col(Outbox.position)).offset(self._heard)
        rows = await self.all(found)
        return [EVENTS[row.type].model_validate_json(row.body) for row in rows]

    async def last(self, event: type[A]) -> A:
        """The newest fact of a type."""
        kind = cast("Any", event).type()
        found = select(Outbox).where(col(Outbox.type) == kind).order_by(col(Outbox.position).desc()).limit(1)
        (row,) = await self.all(found)
        return cast("A", EVENTS[kind].model_validate_json(row.body))

    async def all(self, statement: Any) -> list[Any]:
        """Rows of a query."""
        async with self.database.reading() as session:
            return list(await session.scalars(statement))

    async def dispatch(self, order_id: str) -> Dispatch:
        """One dispatch as it stands."""
        (row,) = await self.all(select(Dispatch).where(col(Dispatch.order_id) == order_id))
        return cast("Dispatch", row)

    async def volunteer(self, volunteer_id: str) -> Volunteer:
        """One volunteer as they stand."""
        (row,) = await self.all(select(Volunteer).where(col(Volunteer.volunteer_id) == volunteer_id))
        return cast("Volunteer", row)

    async def offer_states(self, order_id: str) -> dict[str, str]:
        """Who was asked about an order, and what became of it."""
        offers = await self.all(select(Offer).where(col(Offer.order_id) == order_id).order_by(col(Offer.offer_id)))
        return {offer.volunteer_id: offer.state for offer in offers}

    async def assignment_states(self, order_id: str) -> list[tuple[str, str]]:
        """Who had an order, and how it stands."""
        found = select(Assignment).where(col(Assignment.order_id) == order_id).order_by(col(Assignment.assignment_id))
        return [(one.volunteer_id, one.state) for one in await self.all(found)]
