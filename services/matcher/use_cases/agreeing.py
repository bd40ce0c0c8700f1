"""The resident agrees to another time that a volunteer proposed: the leg is theirs, if they still can."""

from __future__ import annotations

from services.matcher.models import Assignment, Leg, Offer, WholeDispatch
from services.matcher.policies.acceptance import CapacityReached, OfferState, PlaceTaken, Source, WindowTaken
from services.matcher.policies.candidates import Candidates
from services.matcher.policies.eligibility import Load, Reason, is_eligible
from services.matcher.policies.lifecycle import Step, may
from services.matcher.repository import Unit
from services.matcher.use_cases.means import Means
from services.matcher.use_cases.steps import BY_SOURCE
from shared.contracts.words import OrderState, Role

_OVERLOOKED = frozenset(
    {
        Reason.ASKED_BEFORE,
        Reason.NOT_FREE,
        Reason.NOT_REACHABLE,
        Reason.BUDGET_SPENT,
        Reason.AT_CAPACITY,
        Reason.WINDOW_TAKEN,
    }
)
"""They chose the time themselves, and nobody asks them anew; what they hold is decided by the database."""


class Agreeing:
    """Gives legs at times that both sides agreed to."""

    def __init__(self, means: Means) -> None:
        self._rules, self._needs, self._steps = means.rules, means.needs, means.steps

    async def give(
        self, uow: Unit, whole: WholeDispatch, offer: Offer, candidates: Candidates, load: Load | None
    ) -> bool:
        """Whether who proposed the order's window by this offer has the leg now; else nothing has changed."""
        leg = whole.leg(offer.leg_id)
        place = whole.free_place(leg)
        if place is None or not self._still_wanted(whole, leg, offer):
            return False
        if load is None or not self._still_can(uow, whole, leg, offer, candidates, load):
            return False
        by = BY_SOURCE[Source(offer.source)]
        assignment = Assignment(
            assignment_id=uow.new_id(),
            leg_id=leg.leg_id,
            order_id=whole.dispatch.order_id,
            volunteer_id=offer.volunteer_id,
            place=place,
            by=by.value,
            window_from=whole.dispatch.window_from,
            window_to=whole.dispatch.window_to,
            assigned_at=uow.now,
        )
        try:
            await uow.repository.take_place(assignment, None, uow.now)
        except (CapacityReached, WindowTaken, PlaceTaken):
            return False
        offer.agree(uow.now)
        whole.assignments.append(assignment)
        self._steps.assigned(uow, whole, assignment, by)
        return True

    def _still_wanted(self, whole: WholeDispatch, leg: Leg, offer: Offer) -> bool:
        """Whether the proposal still stands and the order is still at its time."""
        mine = any(one.volunteer_id == offer.volunteer_id for one in whole.active_assignments)
        return (
            offer.state == OfferState.COUNTERED.value
            and whole.dispatch.holder_role == Role.COORDINATOR.value
            and whole.dispatch.taken_by is None
            and offer.counter == whole.dispatch.window
            and whole.current_leg is leg
            and not mine
            and may(OrderState(whole.dispatch.state), Step.ASSIGN)
        )

    def _still_can(
        self, uow: Unit, whole: WholeDispatch, leg: Leg, offer: Offer, candidates: Candidates, load: Load
    ) -> bool:
        called_up = offer.source == Source.CALL_UP.value
        need, member = self._needs.of(whole, leg, uow.now, called_up=called_up), candidates.get(offer.volunteer_id)
        if need is None or member is None:
            return False
        return is_eligible(need, member, load, self._rules.areas, _OVERLOOKED)
