"""Handing a leg over to a department: by the catalogue when its turn comes, or by a coordinator."""

from __future__ import annotations

from services.matcher.models import Leg, Referral, WholeDispatch
from services.matcher.policies.ladder import Cause
from services.matcher.policies.referring import SYSTEM, referral_due
from services.matcher.repository import Unit
from services.matcher.use_cases.steps import Steps, record
from shared.community.definition import Community
from shared.community.departments import Department
from shared.contracts import matcher as events
from shared.contracts.words import Urgency


class HandingOver:
    """Makes referrals under the departments of one community. The rows are the caller's to insert."""

    def __init__(self, rules: Community, steps: Steps) -> None:
        self._rules = rules
        self._steps = steps

    def pass_on(self, uow: Unit, whole: WholeDispatch) -> list[Referral]:
        """What no post serves: its department's, if that is known here and answers for the area; else a coordinator
        decides.
        """
        leg = whole.current_leg
        department = self._rules.departments_by_code.get(leg.department or "") if leg else None
        if leg is None or department is None or not department.answers_for(self._rules.areas, whole.dispatch.grid):
            self._steps.escalate(uow, whole, Cause.SERVED_BY)
            return []
        return [self.refer(uow, whole, leg, department, SYSTEM)]

    def refer(
        self, uow: Unit, whole: WholeDispatch, leg: Leg, department: Department, by: str, note: bytes | None = None
    ) -> Referral:
        """A department holds the order and has to serve the leg, by its own clock or the tier's."""
        self._steps.stop_asking(uow, whole)
        dispatch = whole.dispatch
        due_at = referral_due(self._rules, department, Urgency(dispatch.urgency), uow.now)
        referral = Referral(
            referral_id=uow.new_id(),
            leg_id=leg.leg_id,
            order_id=leg.order_id,
            department=department.code,
            by=by,
            area=dispatch.desk_area,
            at=uow.now,
            due_at=due_at,
            note=note,
        )
        whole.referrals.append(referral)
        dispatch.refer_to(department.code, due_at)
        referred = events.OrderReferred(
            **dispatch.stamp(uow.now),
            leg_id=leg.leg_id,
            referral_id=referral.referral_id,
            department=department.code,
        )
        record(uow, whole, referred)
        return referral
