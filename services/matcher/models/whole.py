"""A dispatch with everything that belongs to it: what a use case changes together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.matcher.models.dispatches import Dispatch, Leg
from services.matcher.models.serving import Assignment, Offer
from services.matcher.policies.acceptance import AssignmentState, free_place


@dataclass
class WholeDispatch:
    """One dispatch, its legs in sequence, all its offers and assignments."""

    dispatch: Dispatch
    legs: list[Leg] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)

    @property
    def current_leg(self) -> Leg | None:
        """The leg to be served now: the first that is not completed and whose predecessor is."""
        completed = {leg.leg_id for leg in self.legs if leg.completed}
        return next(
            (leg for leg in self.legs if not leg.completed and (leg.after is None or leg.after in completed)),
            None,
        )

    def leg(self, leg_id: str) -> Leg:
        """One of its legs."""
        return next(leg for leg in self.legs if leg.leg_id == leg_id)

    def offer(self, offer_id: str) -> Offer:
        """One of its offers."""
        return next(offer for offer in self.offers if offer.offer_id == offer_id)

    def assignment(self, assignment_id: str) -> Assignment:
        """One of its assignments."""
        return next(one for one in self.assignments if one.assignment_id == assignment_id)

    @property
    def open_offers(self) -> Sequence[Offer]:
        """Offers that nobody has answered yet."""
        return [offer for offer in self.offers if offer.is_open]

    @property
    def active_assignments(self) -> Sequence[Assignment]:
        """Assignments that take a place."""
        return [assignment for assignment in self.assignments if assignment.is_active]

    def taken_places(self, leg: Leg) -> set[int]:
        """Places of a leg that somebody has or has served."""
        return {
            one.place
            for one in self.assignments
            if one.leg_id == leg.leg_id and (one.is_active or one.state == AssignmentState.COMPLETED.value)
        }

    def free_place(self, leg: Leg) -> int | None:
        """The next place of a leg to take; None when it is fully staffed."""
        return free_place(leg.headcount, self.taken_places(leg))

    def free_places(self, leg: Leg) -> int:
        """How many places of a leg nobody has."""
        return leg.headcount - len(self.taken_places(leg))

    def is_served(self, leg: Leg) -> bool:
        """Whether every place of a leg has been served."""
        served = [
            one for one in self.assignments if one.leg_id == leg.leg_id and one.state == AssignmentState.COMPLETED.value
        ]
        return len(served) >= leg.headcount

    def refused(self, leg: Leg) -> frozenset[str]:
        """Who is not asked about a leg: who was asked before or gave it back, and who served an earlier round."""
        asked = {offer.volunteer_id for offer in self.offers if offer.leg_id == leg.leg_id}
        had = {one.volunteer_id for one in self.assignments if one.leg_id == leg.leg_id}
        earlier = {one.leg_id for one in self.legs if one.round < leg.round}
        served = {one.volunteer_id for one in self.assignments if one.leg_id in earlier}
        return frozenset(asked | had | served)

    def withdraw_offers(self, now: datetime) -> None:
        """No answer is needed any more."""
        for offer in self.open_offers:
            offer.withdraw(now)
