"""Handing a leg over to a department: by the catalogue when its turn comes, or by a coordinator."""

from __future__ import annotations

from services.matcher.models import Leg, Referral, WholeDispatch
from services.matcher.policies.errands import appointment_end, server_of
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
        """What no post serves: its department's or its counter's, if there is one that answers for the area; else a
        coordinator decides.
        """
        leg, dispatch = whole.current_leg, whole.dispatch
        department = server_of(self._rules, leg.department, dispatch.service, dispatch.grid) if leg else None
        if leg is None or department is None:
            self._steps.escalate(uow, whole, Cause.SERVED_BY)
            return []
        return [self.refer(uow, whole, leg, department, SYSTEM)]

    def refer(
        self, uow: Unit, whole: WholeDispatch, leg: Leg, department: Department, by: str, note: bytes | None = None
    ) -> Referral:
        """A department holds the order and has to serve the leg, by its own clock or the tier's; a counter to which
        the resident comes in person, by the end of the appointment.
        """
        self._steps.stop_asking(uow, whole)
        dispatch = whole.dispatch
        due_at = appointment_end(self._rules, department, dispatch.service, dispatch.window, uow.now)
        due_at = due_at or referral_due(self._rules, department, Urgency(dispatch.urgency), uow.now)
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
        self._tell(uow, whole, referral)
        return referral

    def move(self, uow: Unit, whole: WholeDispatch) -> None:
        """The resident moved the time: a counter that expects them in person is told anew by when."""
        dispatch = whole.dispatch
        for referral in whole.referrals:
            counter = self._rules.departments_by_code.get(referral.department)
            if not referral.is_open or counter is None:
                continue
            due_at = appointment_end(self._rules, counter, dispatch.service, dispatch.window, uow.now)
            if due_at is not None and due_at != referral.due_at:
                referral.due_at = due_at
                self._tell(uow, whole, referral)

    def _tell(self, uow: Unit, whole: WholeDispatch, referral: Referral) -> None:
        dispatch = whole.dispatch
        dispatch.refer_to(referral.department, referral.due_at)
        referred = events.OrderReferred(
            **dispatch.stamp(uow.now),
            leg_id=referral.leg_id,
            referral_id=referral.referral_id,
            department=referral.department,
        )
        record(uow, whole, referred)
