"""A stage for matcher's use cases: a real database, a clock that is set by hand, a small roster, and ears."""

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

from services.matcher.commands import CompleteLeg, DeclineOffer, HandBackLeg
from services.matcher.models import Assignment, Audited, Dispatch, MatcherTable, Offer, Outbox, Volunteer
from services.matcher.policies.eligibility import Reason
from services.matcher.policies.policy import Policy
from services.matcher.policies.waves import Situation
from services.matcher.repository import Repository, Unit
from services.matcher.use_cases import UseCases
from services.matcher.use_cases.answering import Accept, Decline
from services.matcher.use_cases.drawing import Taken
from services.matcher.use_cases.enrolling import ImportRoster
from services.matcher.use_cases.serving import Complete, HandBack, Start
from shared.community.clock import DomainClock
from shared.community.definition import Community
from shared.community.hours import ALL_WEEK, VolunteerKind, WeekHours
from shared.community.roster import RosterRow
from shared.contracts import intake, matcher
from shared.contracts.envelope import Fact
from shared.contracts.refusal import Refusal
from shared.contracts.words import Urgency, Window
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


class Stage:
    """Matcher's use cases over one database."""

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

    def placed(
        self,
        service: str = "neighbour_dispute",
        *,
        grid: str = GRID,
        urgency: Urgency | None = None,
        window: Window | None = None,
        headcount: int = 1,
        legs: int = 1,
        due_minutes: int | None = None,
    ) -> Fact[intake.OrderPlaced]:
        """An order as intake publishes it."""
        number = next(self._numbers)
        known = self.rules.services_by_code[service]
        chosen = urgency or known.urgency
        clock = timedelta(minutes=due_minutes) if due_minutes else self.rules.clocks.of(chosen).dispatch
        order_id = f"o-{number}"
        made = [
            intake.PlacedLeg(
                leg_id=f"{order_id}-l{position}",
                post=known.post,
                headcount=headcount,
                after=f"{order_id}-l{position - 1}" if position > 1 else None,
            )
            for position in range(1, legs + 1)
        ]
        event = intake.OrderPlaced(
            order_id=order_id,
            community=self.rules.areas.community_of(grid),
            version=1,
            reference=f"R-{number}",
            service=service,
            grid=grid,
            urgency=chosen,
            window=window,
            legs=tuple(made),
            placed_at=self.now,
            due_at=min(self.now + clock, window.to) if window else self.now + clock,
        )
        self._versions[order_id] = 1
        return self.fact(event)

    def fact(self, event: Any) -> Fact[Any]:
        """An event as it is heard."""
        trace = f"00-{event.order_id.encode().hex():0>32}-00f067aa0ba902b7-01"
        return Fact(f"e-{next(self._numbers)}", self.now, event, trace)

    async def place(self, service: str = "neighbour_dispute", **more: Any) -> str:
        """Have matcher hear a new order; returns its id."""
        fact = self.placed(service, **more)
        await self.do(self.use_cases.dispatching.open_dispatches, fact)
        return fact.event.order_id

    def following(self, order_id: str, event: type[Any], **fields: Any) -> Fact[Any]:
        """The next fact of intake's about an order."""
        self._versions[order_id] += 1
        body = {"order_id": order_id, "community": None, "version": self._versions[order_id]}
        return self.fact(event(**body, **fields))

    async def cancel(self, order_id: str) -> None:
        """Have matcher hear that the resident withdrew."""
        fact = self.following(order_id, intake.OrderCancelled, cancelled_at=self.now)
        await self.do(self.use_cases.dispatching.cancel_dispatches, fact)

    async def amend(self, order_id: str, window: Window | None, urgency: Urgency = Urgency.NORMAL) -> None:
        """Have matcher hear a changed order."""
        fields = {"urgency": urgency, "window": window, "amended_at": self.now}
        fact = self.following(order_id, intake.OrderAmended, **fields)
        await self.do(self.use_cases.amending.amend_dispatches, fact)

    async def reopen(self, order_id: str, *, same_people: bool = False) -> None:
        """Have matcher hear "not fixed" and that the order runs again."""
        reviewed = {"outcome": "not_fixed", "rating": None, "reviewed_at": self.now}
        fact = self.following(order_id, intake.OrderReviewed, **reviewed)
        await self.do(self.use_cases.dispatching.pass_by, fact)
        whole = await self.dispatch(order_id)
        leg = intake.PlacedLeg(leg_id=f"{order_id}-r{whole.round + 1}", post=await self.post_of(order_id))
        fields = {"legs": (leg,), "reopened_at": self.now, "due_at": self.now + timedelta(hours=4)}
        fields["same_people"] = same_people
        fact = self.following(order_id, intake.OrderReopened, **fields)
        await self.do(self.use_cases.dispatching.reopen_dispatches, fact)

    async def post_of(self, order_id: str) -> str | None:
        """The post that serves an order."""
        return self.rules.services_by_code[(await self.dispatch(order_id)).service].post

    async def accept(self, offer: matcher.OfferMade) -> str:
        """The volunteer who was asked says yes and gets the place; returns the assignment's id."""
        taken = await self.say_yes(offer)
        assert "assigned" == taken.state
        return str(taken.assignment_id)

    async def say_yes(self, offer: matcher.OfferMade) -> Taken:
        """The volunteer who was asked says yes."""
        command = Accept(offer.offer_id, offer.volunteer_id)
        return cast("Taken", await self.do(self.use_cases.answering.accept_offers, command))

    async def decline(self, offer: matcher.OfferMade, reason: str | None = None) -> None:
        """The volunteer who was asked says no."""
        command = Decline(offer.offer_id, offer.volunteer_id, DeclineOffer(reason=reason))
        await self.do(self.use_cases.answering.decline_offers, command)

    async def start(self, assignment_id: str, volunteer_id: str) -> None:
        """The volunteer sets out."""
        await self.do(self.use_cases.serving.start_assignments, Start(assignment_id, volunteer_id))

    async def complete(self, assignment_id: str, volunteer_id: str, minutes: int | None = None) -> None:
        """The volunteer has served."""
        wish = CompleteLeg(report="settled", minutes=minutes)
        await self.do(self.use_cases.serving.complete_assignments, Complete(assignment_id, volunteer_id, wish))

    async def hand_back(self, assignment_id: str, volunteer_id: str, reason: str = "unwell") -> None:
        """The volunteer cannot."""
        command = HandBack(assignment_id, volunteer_id, HandBackLeg(reason=reason))
        await self.do(self.use_cases.serving.hand_back_assignments, command)

    async def climb(self, order_id: str) -> Any:
        """The clock of an order runs out."""
        (answer,) = await self.run(self.use_cases.climbing.climb_dispatches, order_id)
        return answer

    async def expire(self, offer: matcher.OfferMade) -> Any:
        """The clock of an offer runs out."""
        (answer,) = await self.run(self.use_cases.answering.expire_offers, offer.offer_id)
        return answer

    async def served(self, order_id: str) -> str:
        """Take an order with an open offer through to done; returns who served it."""
        offer = await self.last(matcher.OfferMade)
        assignment_id = await self.accept(offer)
        await self.start(assignment_id, offer.volunteer_id)
        await self.complete(assignment_id, offer.volunteer_id)
        return offer.volunteer_id

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


def names(events: Sequence[Any]) -> list[str]:
    """What happened."""
    return [event.name for event in events]
