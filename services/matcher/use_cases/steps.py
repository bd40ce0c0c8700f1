"""Steps of a dispatch that more than one use case takes: the rows change, and the fact is recorded."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from services.matcher.models import Assignment, Leg, WholeDispatch
from services.matcher.policies.acceptance import HAND_BACKS, HandBackReason, Source
from services.matcher.policies.deadlines import service_due
from services.matcher.policies.ladder import COMING_BACK, Cause, Rung, climb, rung_of
from services.matcher.policies.referring import ENDING_BY_CAUSE, ReferralEnding
from services.matcher.repository import Unit
from services.matcher.use_cases.asking import DESK, Asking, announce_ending, record, volunteer_topic
from shared.community.definition import Community
from shared.community.due import dispatch_due, tier_due
from shared.community.ladder import UrgencyClocks
from shared.contracts import matcher as events
from shared.contracts.words import OrderState, Urgency

__all__ = ["BY_SOURCE", "DESK", "By", "Steps", "announce_ending", "record", "volunteer_topic"]


class By(StrEnum):
    """Whose decision gave a volunteer a leg; ``amendment``: the resident changed the window and it still suits."""

    OFFER = "offer"
    POOL = "pool"
    CALL_UP = "call_up"
    COORDINATOR = "coordinator"
    AMENDMENT = "amendment"


BY_SOURCE = {Source.WAVE: By.OFFER, Source.STANDBY: By.OFFER, Source.POOL: By.POOL, Source.CALL_UP: By.CALL_UP}


class Steps(Asking):
    """The steps, under the clocks and the ladder of one community."""

    def __init__(self, rules: Community) -> None:
        self._rules = rules

    def clocks(self, whole: WholeDispatch) -> UrgencyClocks:
        """The clocks of the order's urgency."""
        return self._rules.clocks.of(Urgency(whole.dispatch.urgency))

    def desk(self, whole: WholeDispatch) -> Rung:
        """Where on the ladder the order stands."""
        return rung_of(self._rules.areas, whole.dispatch.desk_area)

    def escalate(
        self, uow: Unit, whole: WholeDispatch, cause: Cause, rung: Rung | None = None, due_at: datetime | None = None,
        late_since: datetime | None = None,
    ) -> None:  # fmt: skip
        """A coordinator has to decide, within the tier clock: that of ``rung``, else of where the order stands, where
        a clock that runs already goes on. A department that held it holds it no longer. ``late_since``: nobody is above
        who could.
        """
        whole.end_referral(ENDING_BY_CAUSE.get(cause, ReferralEnding.WITHDRAWN), uow.now)
        self.stop_asking(uow, whole)
        dispatch, before = whole.dispatch, whole.dispatch.holder
        if rung is None and due_at is None and dispatch.desk_due_at is not None and dispatch.desk_due_at > uow.now:
            due_at = dispatch.desk_due_at
        dispatch.returns += cause in COMING_BACK
        dispatch.escalate_to(rung or self.desk(whole), due_at or self._tier_due(uow, whole), late_since)
        escalated = events.OrderEscalated(
            **dispatch.stamp(uow.now),
            tier=dispatch.tier,
            reason=cause.value,
            previous=before,
            overdue_since=dispatch.overdue_since,
        )
        record(uow, whole, escalated)

    def climb(self, uow: Unit, whole: WholeDispatch, cause: Cause = Cause.CLOCK) -> None:
        """Up one tier; at the top it stays, overdue from then on, and is flagged again after a while."""
        dispatch = whole.dispatch
        rung, way = climb(self._rules.areas, dispatch.desk_area)
        if way is not Cause.OVERDUE:
            self.escalate(uow, whole, cause, rung)
            return
        again, late_since = uow.now + self._rules.clocks.overdue, min(dispatch.due_at, uow.now)
        self.escalate(uow, whole, way if cause is Cause.CLOCK else cause, rung, again, late_since)

    def release_to_volunteers(self, uow: Unit, whole: WholeDispatch) -> None:
        """A coordinator has looked at it; whoever is asked about it now, is asked by the pairing."""
        dispatch = whole.dispatch
        dispatch.release(dispatch_due(self._rules, Urgency(dispatch.urgency), dispatch.window, uow.now))
        record(uow, whole, events.OrderReleased(**dispatch.stamp(uow.now)))

    def taken(self, uow: Unit, whole: WholeDispatch, leg: Leg, coordinator_id: str) -> None:
        """A coordinator serves the leg in person, by the window or the service clock."""
        self.stop_asking(uow, whole)
        due_at = service_due(whole.dispatch.window, uow.now, self.clocks(whole).service)
        whole.dispatch.take_in_person(coordinator_id, due_at)
        record(uow, whole, events.LegTaken(**whole.dispatch.stamp(uow.now), leg_id=leg.leg_id))

    def _tier_due(self, uow: Unit, whole: WholeDispatch) -> datetime:
        return tier_due(self._rules, Urgency(whole.dispatch.urgency), uow.now)

    def assigned(self, uow: Unit, whole: WholeDispatch, assignment: Assignment, by: By) -> None:
        """A volunteer has a place. Once the leg is fully staffed, the volunteer holds the order."""
        dispatch, leg = whole.dispatch, whole.leg(assignment.leg_id)
        if whole.free_place(leg) is None:
            self.stop_asking(uow, whole)
            due_at = service_due(assignment.window, uow.now, self.clocks(whole).service)
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
            window=assignment.window,
        )
        record(uow, whole, given)
        uow.announce(volunteer_topic(assignment.volunteer_id))

    def handed_back(self, uow: Unit, whole: WholeDispatch, assignment: Assignment, reason: HandBackReason) -> bool:
        """An assignment came back. Returns whether somebody else is to be asked: not when a coordinator holds the
        order already, and not after the second hand-back of the leg that counts.
        """
        dispatch, leg = whole.dispatch, whole.leg(assignment.leg_id)
        on_desk = OrderState(dispatch.state) is OrderState.ESCALATED or dispatch.taken_by is not None
        leg.hand_backs += reason.counts
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
        self, uow: Unit, whole: WholeDispatch, leg: Leg, assignment: Assignment | None, by: str | None,
        department: str | None = None, coordinator: str | None = None,
    ) -> bool:  # fmt: skip
        """A leg was served, by volunteer ``by``, by a department or by a coordinator. Returns whether another
        leg follows.
        """
        dispatch = whole.dispatch
        self.stop_asking(uow, whole)
        follows = whole.current_leg is not None
        if follows:
            urgency = Urgency(dispatch.urgency)
            dispatch.follow_on(dispatch_due(self._rules, urgency, None, uow.now))
        completed = events.LegCompleted(
            **dispatch.stamp(uow.now),
            leg_id=leg.leg_id,
            assignment_id=assignment.assignment_id if assignment else None,
            volunteer_id=by,
            department=department,
            coordinator_id=coordinator,
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
