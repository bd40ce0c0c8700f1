"""How rows become what is seen from outside, under one community's names."""

from __future__ import annotations

from datetime import datetime

from services.matcher.models import Assignment, Claim, Dispatch, Leg, Offer, Volunteer, WholeDispatch
from services.matcher.queries.views import (
    AssignmentView,
    DecidedView,
    DeskAssignmentView,
    DeskRowView,
    HeldPostView,
    MeView,
    OfferView,
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
        )

    def assignment(self, assignment: Assignment, leg: Leg, dispatch: Dispatch) -> AssignmentView:
        """An assignment with what it is about."""
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
            window=dispatch.window,
            due_at=dispatch.due_at if assignment.is_active else None,
            by=assignment.by,
            minutes=assignment.minutes,
            assigned_at=assignment.assigned_at,
            started_at=assignment.started_at,
            ended_at=assignment.ended_at,
        )

    def desk_row(self, whole: WholeDispatch, now: datetime) -> DeskRowView:
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
            overdue=dispatch.due_at <= now,
            next_step=dispatch.next_step,
            placed_at=dispatch.placed_at,
            note=self._vault.open(dispatch.order_id, dispatch.note) if dispatch.note else None,
            assignments=[
                DeskAssignmentView(assignment_id=one.assignment_id, volunteer_id=one.volunteer_id, state=one.state)
                for one in whole.active_assignments
            ],
        )

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

    def me(self, volunteer: Volunteer, claims: list[Claim]) -> MeView:
        """A volunteer's own card."""
        fields = self._vault.open_fields(volunteer.volunteer_id, volunteer.sealed)
        unit = self._rules.units_by_id.get(fields["unit"] or "")
        return MeView(
            volunteer_id=volunteer.volunteer_id,
            name=fields["name"],
            phone=fields["phone"],
            kind=fields["kind"],
            unit=fields["unit"],
            unit_name=unit.name if unit else None,
            profession=fields["profession"],
            home=fields["home"],
            home_name=self._area(fields["home"]),
            hours=fields["hours"],
            on_duty=volunteer.on_duty,
            capacity=volunteer.capacity,
            held=volunteer.held,
            served_minutes=volunteer.served_minutes,
            posts=[self._held_post(claim) for claim in claims if claim.post_id in self._rules.posts_by_id],
        )

    def _held_post(self, claim: Claim) -> HeldPostView:
        post = self._rules.posts_by_id[claim.post_id]
        return HeldPostView(
            post_id=claim.post_id,
            skill=post.skill,
            skill_name=self._skill(post.skill),
            area=post.area,
            area_name=self._area(post.area),
            vetted=claim.vetted,
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
