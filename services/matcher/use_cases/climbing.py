"""A dispatch's due time has passed, or its resident refused to let it end: the order climbs, so that somebody always
has to answer."""

from __future__ import annotations

from collections.abc import Sequence

from services.matcher.models import Dispatch, WholeDispatch
from services.matcher.policies.ladder import Cause
from services.matcher.policies.lifecycle import CLOCKED
from services.matcher.repository import Unit
from services.matcher.use_cases.dispatching import Answers, apply
from services.matcher.use_cases.steps import Steps
from shared.contracts.envelope import Fact
from shared.contracts.intake import ClosingAnswered
from shared.contracts.refusal import Conflict, Refusal
from shared.contracts.words import OrderState, Role


class NotDue(Conflict):
    """The order moved on meanwhile."""


class Climbing:
    """Moves dispatches up the ladder of one community."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    async def climb_dispatches(self, uow: Unit, order_ids: Sequence[str]) -> list[str | Refusal]:
        """What nobody took, or a volunteer did not serve in time, comes to the coordinator (an assignment stays
        active: late is better than never); what a coordinator did not decide, or not serve in person, goes up one tier;
        at the top it stays, overdue, and its clock is set again. Refusals: ``NotDue``: nothing to do.
        """
        wholes = await uow.repository.dispatches(set(order_ids))
        return [self._climb(uow, wholes[order_id]) for order_id in order_ids]

    async def take_back(self, uow: Unit, order_ids: Sequence[str]) -> list[str | Refusal]:
        """What lies with a department that is no more comes back to the coordinator it came from. Refusals: ``NotDue``:
        it has moved on.
        """
        wholes = await uow.repository.dispatches(set(order_ids))
        return [self._take_back(uow, wholes[order_id]) for order_id in order_ids]

    async def refuse_closings(self, uow: Unit, facts: Sequence[Fact[ClosingAnswered]]) -> Answers:
        """The resident does not let it end: up one tier, where a coordinator holds it."""

        def take(whole: WholeDispatch, event: ClosingAnswered) -> None:
            held = whole.dispatch.holder_role == Role.COORDINATOR.value
            if not event.accepted and held and OrderState(whole.dispatch.state) in CLOCKED:
                self._steps.climb(uow, whole, Cause.CLOSING_REFUSED)

        return await apply(uow, facts, take)

    def _take_back(self, uow: Unit, whole: WholeDispatch) -> str | Refusal:
        dispatch = whole.dispatch
        if OrderState(dispatch.state) not in CLOCKED or dispatch.holder_role != Role.DEPARTMENT.value:
            return NotDue()
        self._steps.escalate(uow, whole, Cause.SERVED_BY)
        return dispatch.order_id

    def _climb(self, uow: Unit, whole: WholeDispatch) -> str | Refusal:
        dispatch = whole.dispatch
        if OrderState(dispatch.state) not in CLOCKED or dispatch.due_at > uow.now:
            return NotDue()
        if OrderState(dispatch.state) is OrderState.ESCALATED or dispatch.taken_by or _called_up(dispatch):
            self._steps.climb(uow, whole)
        else:
            self._steps.escalate(uow, whole, Cause.CLOCK)
        return dispatch.order_id


def _called_up(dispatch: Dispatch) -> bool:
    """Whether a coordinator has to decide by now, and had somebody called up meanwhile."""
    return OrderState(dispatch.state) is OrderState.OFFERED and dispatch.desk_due_at == dispatch.due_at
