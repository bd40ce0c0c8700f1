"""A dispatch with everything that belongs to it: what a use case changes together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.matcher.models.assignments import Assignment
from services.matcher.models.dispatches import Dispatch
from services.matcher.models.extensions import Extension
from services.matcher.models.legs import Leg
from services.matcher.models.offers import CallUp, Offer
from services.matcher.models.referrals import Referral
from services.matcher.policies.acceptance import AssignmentState, free_place
from services.matcher.policies.ladder import Rung
from services.matcher.policies.referring import ReferralEnding
from shared.contracts.words import OrderState


@dataclass
class WholeDispatch:
    """One dispatch, its legs in sequence, all its offers, assignments, call-ups, referrals and extensions;
    ``excluded``: the volunteers a coordinator keeps away from it.
    """

    dispatch: Dispatch
    legs: list[Leg] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    call_ups: list[CallUp] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    excluded: set[str] = field(default_factory=set)

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
    def asking_offers(self) -> Sequence[Offer]:
        """Offers that may still become an assignment."""
        return [offer for offer in self.offers if offer.is_asking]

    def drawing(self, leg: Leg) -> Sequence[Offer]:
        """The yeses of a leg that wait for its draw."""
        return [offer for offer in self.offers if offer.leg_id == leg.leg_id and offer.is_drawing]

    def on_standby(self, leg: Leg) -> Sequence[Offer]:
        """Yeses of a leg that got no place, the best first."""
        waiting = [offer for offer in self.offers if offer.leg_id == leg.leg_id and offer.on_standby]
        return sorted(waiting, key=lambda offer: (offer.cost, offer.offer_id))

    def offer_to(self, leg: Leg, volunteer_id: str) -> Offer | None:
        """What a volunteer was asked about a leg."""
        found = (one for one in self.offers if (one.leg_id, one.volunteer_id) == (leg.leg_id, volunteer_id))
        return next(found, None)

    def call_up(self, call_up_id: str) -> CallUp:
        """One of its call-ups."""
        return next(one for one in self.call_ups if one.call_up_id == call_up_id)

    @property
    def open_call_ups(self) -> Sequence[CallUp]:
        """Call-ups whose secretary may still name a member."""
        return [one for one in self.call_ups if one.is_open]

    def decide_unless_called_up(self) -> None:
        """A call-up came to nothing: once it was the last, a coordinator who holds the order has to decide."""
        if OrderState(self.dispatch.state) is OrderState.ESCALATED and not self.open_call_ups:
            self.dispatch.decide()

    def referral(self, referral_id: str) -> Referral:
        """One of its referrals."""
        return next(one for one in self.referrals if one.referral_id == referral_id)

    def end_referral(self, ending: ReferralEnding, now: datetime) -> None:
        """A department that held the order, if one did, holds it no longer."""
        for referral in self.referrals:
            if referral.is_open:
                referral.end(ending, now)

    def asked_for_time(self, round_: int) -> Sequence[Extension]:
        """Extensions that were asked for in one round of the order, without those nobody has to answer any more."""
        return [one for one in self.extensions if one.round == round_ and one.withdrawn_at is None]

    def withdraw_extension(self, now: datetime) -> None:
        """The order got another holder or climbed: who asked for more time needs no answer any more."""
        for extension in self.extensions:
            if extension.is_open:
                extension.withdraw(now)

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
        """Who is not asked about a leg: who was asked before or gave it back, and, unless they may come again, who had
        one of an earlier round."""
        asked = {offer.volunteer_id for offer in self.offers if offer.leg_id == leg.leg_id}
        had = {one.volunteer_id for one in self.assignments if one.leg_id == leg.leg_id}
        earlier = {one.leg_id for one in self.legs if one.round < leg.round}
        before = {one.volunteer_id for one in self.assignments if one.leg_id in earlier}
        return frozenset(asked | had | before - set(self.dispatch.continued.split()))

    def reopen(self, rung: Rung, due_at: datetime, *, same_people: bool) -> None:
        """Not fixed: the same number runs again, from the lowest rung on. Who served may come again where the resident
        wants ``same_people``, else nobody who had a leg of it."""
        before = dict.fromkeys(one.volunteer_id for one in self.assignments)
        served = {one.volunteer_id for one in self.assignments if one.state == AssignmentState.COMPLETED.value}
        again = [one for one in before if same_people and one in served]
        others = [one for one in self.dispatch.continued.split() if one not in before]
        self.dispatch.continued = " ".join((*others, *again))
        self.dispatch.reopen(rung, due_at)
