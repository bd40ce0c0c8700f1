"""A stage for matcher's use cases: a real database, a clock that is set by hand, a small roster, and ears."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from services.matcher.commands import CompleteLeg, DeclineOffer, HandBackLeg
from services.matcher.use_cases.answering import Accept, Decline
from services.matcher.use_cases.drawing import Taken
from services.matcher.use_cases.serving import Complete, HandBack, Start
from shared.contracts import intake, matcher
from shared.contracts.envelope import Fact
from shared.contracts.words import Urgency, Window
from tests.integration.matcher.ground import (
    ALWAYS,
    EVENTS,
    FAR_GRID,
    GRID,
    MIGRATIONS,
    NEXT_GRID,
    SUNDAY_EVENING,
    AskMany,
    Ground,
    names,
    volunteer,
)

__all__ = [
    "ALWAYS",
    "EVENTS",
    "FAR_GRID",
    "GRID",
    "MIGRATIONS",
    "NEXT_GRID",
    "SUNDAY_EVENING",
    "AskMany",
    "Stage",
    "names",
    "volunteer",
]


class Stage(Ground):
    """Matcher's use cases over one database."""

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
