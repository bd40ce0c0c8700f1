"""How rows become what is seen from outside, under one community's names."""

from __future__ import annotations

import json
from datetime import datetime

from services.matcher.models import Assignment, CallUp, Dispatch, Leg, Offer, WholeDispatch
from services.matcher.queries.explaining import blocked_of
from services.matcher.queries.views import (
    AssignmentView,
    CallUpView,
    DecidedView,
    DeskAssignmentView,
    DeskRowView,
    ExtensionView,
    OfferView,
    PoolLegView,
)
from shared.community.definition import Community
from shared.community.text import Text
from shared.persistence.vault import Vault


class Views:
    """Makes views under one community's names; opens what is sealed."""

    def __init__(self, rules: Community, vault: Vault) -> None:
        self._rules = rules
        self._vault = vault

    def offer(self, offer: Offer, leg: Leg, dispatch: Dispatch) -> OfferView:
        """An offer with what it is about."""
        service = self._rules.services_by_code.get(dispatch.service)
        return OfferView(
            offer_id=offer.offer_id,
            order_id=offer.order_id,
            leg_id=offer.leg_id,
            reference=dispatch.reference,
            service=dispatch.service,
            service_name=self._service(dispatch.service),
            post=leg.post,
            post_name=self._skill(leg.post),
            area=dispatch.grid,
            area_name=self._area(dispatch.grid),
            urgency=dispatch.urgency,
            window=dispatch.window,
            made_at=offer.made_at,
            expires_at=offer.expires_at,
            state=offer.state,
            source=offer.source,
            unit=offer.unit,
            headcount=leg.headcount,
            draw_ends_at=leg.draw_ends_at,
            parts=json.loads(offer.parts),
            eligible=offer.eligible,
            parties=service is not None and service.parties,
        )

    def pool_leg(self, whole: WholeDispatch, leg: Leg) -> PoolLegView:
        """An open leg with what it is about."""
        dispatch = whole.dispatch
        return PoolLegView(
            leg_id=leg.leg_id,
            order_id=leg.order_id,
            reference=dispatch.reference,
            service=dispatch.service,
            service_name=self._service(dispatch.service),
            post=leg.post,
            post_name=self._skill(leg.post),
            area=dispatch.grid,
            area_name=self._area(dispatch.grid),
            urgency=dispatch.urgency,
            window=dispatch.window,
            due_at=dispatch.due_at,
            headcount=leg.headcount,
            places=whole.free_places(leg),
            drawing=leg.draw_ends_at is not None,
        )

    def call_up(self, call_up: CallUp, leg: Leg, dispatch: Dispatch) -> CallUpView:
        """A call-up with what it is about."""
        return CallUpView(
            call_up_id=call_up.call_up_id,
            leg_id=leg.leg_id,
            order_id=leg.order_id,
            unit=call_up.unit_id,
            service=dispatch.service,
            service_name=self._service(dispatch.service),
            post=leg.post,
            post_name=self._skill(leg.post),
            area=dispatch.grid,
            area_name=self._area(dispatch.grid),
            urgency=dispatch.urgency,
            window=dispatch.window,
            expires_at=call_up.expires_at,
        )

    def assignment(self, assignment: Assignment, leg: Leg, dispatch: Dispatch) -> AssignmentView:
        """An assignment with what it is about, for whoever has it and nobody else: it opens what they wrote."""
        note, service = assignment.confidential_note, self._rules.services_by_code.get(dispatch.service)
        return AssignmentView(
            assignment_id=assignment.assignment_id,
            order_id=assignment.order_id,
            leg_id=assignment.leg_id,
            reference=dispatch.reference,
            state=assignment.state,
            service=dispatch.service,
            service_name=self._service(dispatch.service),
            post=leg.post,
            post_name=self._skill(leg.post),
            area=dispatch.grid,
            area_name=self._area(dispatch.grid),
            urgency=dispatch.urgency,
            window=assignment.window,
            due_at=dispatch.due_at if assignment.is_active else None,
            by=assignment.by,
            minutes=assignment.minutes,
            parties=service is not None and service.parties,
            confidential_note=self._vault.open(assignment.order_id, note) if note else None,
            assigned_at=assignment.assigned_at,
            started_at=assignment.started_at,
            ended_at=assignment.ended_at,
        )

    def desk_row(self, whole: WholeDispatch, now: datetime, *, danger: bool) -> DeskRowView:
        """A dispatch as the coordinator who holds it sees it."""
        dispatch, leg = whole.dispatch, whole.current_leg
        return DeskRowView(
            order_id=dispatch.order_id,
            reference=dispatch.reference,
            leg_id=leg.leg_id if leg else None,
            service=dispatch.service,
            service_name=self._service(dispatch.service),
            served_by=dispatch.served_by,
            post=leg.post if leg else None,
            post_name=self._skill(leg.post if leg else None),
            area=dispatch.grid,
            area_name=self._area(dispatch.grid),
            urgency=dispatch.urgency,
            window=dispatch.window,
            state=dispatch.state,
            holder_area=dispatch.desk_area,
            holder_title=self._rules.coordinator_of(dispatch.desk_area).title,
            tier=dispatch.tier,
            due_at=dispatch.due_at,
            overdue=dispatch.due_at <= now or dispatch.overdue_since is not None,
            overdue_since=dispatch.overdue_since,
            extensions=sum(one.agreed is True for one in whole.extensions),
            extension=self._extension(whole),
            next_step=dispatch.next_step,
            placed_at=dispatch.placed_at,
            danger=danger,
            look_first=dispatch.look_first,
            note=self._vault.open(dispatch.order_id, dispatch.note) if dispatch.note else None,
            blocked=blocked_of(leg) if leg and not leg.eligible else {},
            assignments=[
                DeskAssignmentView(assignment_id=one.assignment_id, volunteer_id=one.volunteer_id, state=one.state)
                for one in whole.active_assignments
            ],
        )

    def _extension(self, whole: WholeDispatch) -> ExtensionView | None:
        for one in reversed(whole.asked_for_time(whole.dispatch.round)):
            return ExtensionView(
                extension_id=one.extension_id,
                by=one.by,
                until=one.until,
                reason=self._vault.open(one.order_id, one.reason),
                asked_at=one.asked_at,
                agreed=one.agreed,
            )
        return None

    def decided(self, dispatch: Dispatch, assignment_id: str | None = None) -> DecidedView:
        """Who holds an order now."""
        return DecidedView(
            order_id=dispatch.order_id,
            state=dispatch.state,
            holder_role=dispatch.holder_role,
            holder_area=dispatch.holder_area,
            due_at=dispatch.due_at,
            next_step=dispatch.next_step,
            assignment_id=assignment_id,
        )

    def _service(self, code: str) -> Text | None:
        service = self._rules.services_by_code.get(code)
        return service.name if service else None

    def _skill(self, code: str | None) -> Text | None:
        skill = self._rules.skills_by_code.get(code or "")
        return skill.name if skill else None

    def _area(self, code: str) -> Text | None:
        area = self._rules.areas.get(code)
        return area.name if area else None
