"""Steps of a dispatch that more than one use case takes: the rows change, and the fact is recorded."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from services.matcher.models import Assignment, Leg, Offer, WholeDispatch
from services.matcher.policies.acceptance import HAND_BACKS, HandBackReason
from services.matcher.policies.deadlines import service_due
from services.matcher.policies.ladder import Cause, Rung, rung_of
from services.matcher.repository import Unit
from shared.community.definition import Community
from shared.community.ladder import UrgencyClocks
from shared.contracts import matcher as events
from shared.contracts.words import OrderState, Urgency


class By(StrEnum):
    """Whose decision gave a volunteer a leg; ``amendment``: the resident changed the window and it still suits."""

    OFFER = "offer"
    COORDINATOR = "coordinator"
    AMENDMENT = "amendment"


DESK = "desk"
"""The topic live desks watch."""


def volunteer_topic(volunteer_id: str) -> str:
    """The topic a volunteer's live page watches."""
    return f"volunteer:{volunteer_id}"


def record(uow: Unit, whole: WholeDispatch, event: events.DispatchEvent) -> None:
    """Have a fact published on the order's own trace, and tell live watchers."""
    uow.record(event, traceparent=whole.dispatch.traceparent)
    uow.announce(whole.dispatch.order_id, DESK)


def announce_ending(uow: Unit, whole: WholeDispatch) -> None:
    """The order ended by intake's word: no fact of matcher's, but live watchers want to know."""
    uow.announce(whole.dispatch.order_id, DESK)


class Steps:
    """The steps, under the clocks and the ladder of one community."""

    def __init__(self, rules: Community) -> None:
        self._rules = rules

    def clocks(self, whole: WholeDispatch) -> UrgencyClocks:
        """The clocks of the order's urgency."""
        return self._rules.clocks.of(Urgency(whole.dispatch.urgency))

    def desk(self, whole: WholeDispatch) -> Rung:
        """Where on the ladder the order stands."""
        return rung_of(self._rules.areas, whole.dispatch.desk_area)

    def offer(self, uow: Unit, whole: WholeDispatch, leg: Leg, offer: Offer, wave: int) -> None:
        """One leg is proposed to one volunteer; the same offer again when the order was amended."""
        dispatch = whole.dispatch
        dispatch.ask()
        made = events.OfferMade(
            **dispatch.stamp(uow.now),
            leg_id=leg.leg_id,
            offer_id=offer.offer_id,
            volunteer_id=offer.volunteer_id,
            service=dispatch.service,
            post=leg.post or "",
            wave=wave,
            urgency=Urgency(dispatch.urgency),
            window=dispatch.window,
            expires_at=offer.expires_at,
        )
        record(uow, whole, made)
        uow.announce(volunteer_topic(offer.volunteer_id))

    def withdraw_offers(self, uow: Unit, whole: WholeDispatch) -> None:
        """No answer is needed any more."""
        for offer in whole.open_offers:
            self.withdraw(uow, offer)

    def withdraw(self, uow: Unit, offer: Offer) -> None:
        """One volunteer's answer is not needed any more."""
        offer.withdraw(uow.now)
        uow.announce(volunteer_topic(offer.volunteer_id))

    def escalate(
        self, uow: Unit, whole: WholeDispatch, cause: Cause, rung: Rung | None = None, due_at: datetime | None = None
    ) -> None:
        """A coordinator has to decide, within the tier clock: that of ``rung``, else of where the order stands."""
        self.withdraw_offers(uow, whole)
        dispatch = whole.dispatch
        dispatch.escalate_to(rung or self.desk(whole), due_at or uow.now + self.clocks(whole).tier)
        escalated = events.OrderEscalated(**dispatch.stamp(uow.now), tier=dispatch.tier, reason=cause.value)
        record(uow, whole, escalated)

    def assigned(self, uow: Unit, whole: WholeDispatch, assignment: Assignment, by: By) -> None:
        """A volunteer has a place. Once the leg is fully staffed, the volunteer holds the order."""
        dispatch, leg = whole.dispatch, whole.leg(assignment.leg_id)
        if whole.free_place(leg) is None:
            self.withdraw_offers(uow, whole)
            due_at = service_due(dispatch.window, uow.now, self.clocks(whole).service)
            dispatch.assign_to(assignment.volunteer_id, due_at)
        self.tell_assigned(uow, whole, assignment, by)

    def tell_assigned(self, uow: Unit, whole: WholeDispatch, assignment: Assignment, by: By) -> None:
        """The fact that a volunteer has a place, as things are now."""
        dispatch = whole.dispatch
        given = events.LegAssigned(
            **dispatch.stamp(uow.now),
            leg_id=assignment.leg_id,
            assignment_id=assignment.assignment_id,
            volunteer_id=assignment.volunteer_id,
            by=by.value,
            window=dispatch.window,
        )
        record(uow, whole, given)
        uow.announce(volunteer_topic(assignment.volunteer_id))

    def handed_back(self, uow: Unit, whole: WholeDispatch, assignment: Assignment, reason: HandBackReason) -> bool:
        """An assignment came back. Returns whether somebody else is to be asked: not when a coordinator holds the
        order already, and not after the second hand-back of the leg.
        """
        dispatch, leg = whole.dispatch, whole.leg(assignment.leg_id)
        on_desk = OrderState(dispatch.state) is OrderState.ESCALATED
        leg.hand_backs += reason is not HandBackReason.WINDOW_CHANGED
        dispatch.hand_back()
        given_back = events.LegHandedBack(
            **dispatch.stamp(uow.now),
            leg_id=leg.leg_id,
            assignment_id=assignment.assignment_id,
            reason=reason.value,
        )
        record(uow, whole, given_back)
        uow.announce(volunteer_topic(assignment.volunteer_id))
        if on_desk:  # whoever had to decide by then still has to
            self.escalate(uow, whole, Cause.HAND_BACK, due_at=dispatch.due_at)
        elif leg.hand_backs >= HAND_BACKS:
            self.escalate(uow, whole, Cause.HAND_BACK)
        return OrderState(dispatch.state) is OrderState.OFFERED

    def leg_completed(
        self, uow: Unit, whole: WholeDispatch, leg: Leg, assignment: Assignment | None, by: str | None
    ) -> bool:
        """A leg was served, by volunteer ``by`` or (None) a coordinator. Returns whether another leg follows."""
        dispatch = whole.dispatch
        self.withdraw_offers(uow, whole)
        follows = whole.current_leg is not None
        if follows:
            dispatch.follow_on(uow.now + self.clocks(whole).dispatch)
        completed = events.LegCompleted(
            **dispatch.stamp(uow.now),
            leg_id=leg.leg_id,
            assignment_id=assignment.assignment_id if assignment else None,
            volunteer_id=by,
        )
        record(uow, whole, completed)
        if not follows:  # the holder changes with the last fact, not with the one before it
            dispatch.finish(uow.now + self._rules.clocks.review)
            record(uow, whole, events.OrderDone(**dispatch.stamp(uow.now)))
        return follows

    async def release(self, uow: Unit, assignments: list[Assignment]) -> None:
        """End active assignments for their volunteers, who may then hold others."""
        for assignment in assignments:
            assignment.release(uow.now)
            uow.announce(volunteer_topic(assignment.volunteer_id))
        await uow.repository.give_back(assignments)
