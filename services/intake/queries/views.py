"""How intake's things look from outside, and how rows become them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from services.intake.models import Extension, Leg, Order, ProposedTime, TimelineEntry
from services.intake.policies.proposals import is_proposed
from services.intake.queries.shapes import (
    ClosingView,
    HolderView,
    LegView,
    MeView,
    OrderView,
    ProposedTimeView,
    TimelineView,
    VerdictView,
)
from services.intake.queries.time_views import asked_view, extensions_view
from shared.community.areas import Area
from shared.community.catalogue import Service
from shared.community.definition import Community
from shared.community.text import Text
from shared.contracts.words import OrderState, Role, ServedBy, Urgency

__all__ = [
    "AreaView",
    "ClosingView",
    "HolderView",
    "LegView",
    "MeView",
    "OrderView",
    "PlacedView",
    "ProposedTimeView",
    "ServiceView",
    "TimelineView",
    "VerdictView",
    "Views",
]


class ServiceView(BaseModel):
    """One service of the catalogue; ``name`` and ``description`` in the reader's language. ``in_person``: whom it
    is for has to come to the counter, by appointment.
    """

    code: str
    name: str
    description: str
    window: str
    window_name: str
    served_by: ServedBy
    post: str | None
    provider: str | None
    urgency: Urgency
    duration_minutes: int
    mode: str
    in_person: bool


class AreaView(BaseModel):
    """A node of the area tree with what is below it; ``name`` in the reader's language."""

    code: str
    name: str
    kind: str
    children: list[AreaView]


class PlacedView(BaseModel):
    """The answer to a placed order. The tracking token is shown here once; keep it."""

    order_id: str
    reference: str
    tracking_token: str
    state: str
    holder: HolderView | None
    due_at: datetime | None
    next_step: str


class Views:
    """Makes views under one community's names."""

    def __init__(self, rules: Community) -> None:
        self._rules = rules

    def catalogue(self, language: str) -> list[ServiceView]:
        """Every service a resident can order, in the catalogue's order."""
        return [self._service(service, language) for service in self._rules.services]

    def areas(self, language: str) -> AreaView:
        """The whole area tree."""

        def view(area: Area) -> AreaView:
            return AreaView(
                code=area.code,
                name=area.name.told_in(language),
                kind=area.kind,
                children=[view(child) for child in area.children],
            )

        return view(self._rules.areas.root)

    def _service(self, service: Service, language: str) -> ServiceView:
        return ServiceView(
            code=service.code,
            name=service.name.told_in(language),
            description=service.description.told_in(language),
            window=service.window,
            window_name=self._rules.windows_by_code[service.window].name.told_in(language),
            served_by=service.served_by,
            post=service.post,
            provider=service.provider.told_in(language) if service.provider else None,
            urgency=service.urgency,
            duration_minutes=service.duration_minutes,
            mode=service.mode.value,
            in_person=service.in_person,
        )

    def placed(self, order: Order, tracking_token: str) -> PlacedView:
        """A placed order, as it stood when it was committed."""
        return PlacedView(
            order_id=order.order_id,
            reference=order.reference,
            tracking_token=tracking_token,
            state=order.state,
            holder=self.holder(order.holder_role, order.holder_area),
            due_at=order.due_at,
            next_step=order.next_step,
        )

    def order(
        self,
        order: Order,
        legs: Sequence[Leg],
        entries: Sequence[TimelineEntry],
        proposed: Sequence[ProposedTime],
        extensions: Sequence[Extension],
        now: datetime,
    ) -> OrderView:
        """Rows as the resident sees them."""
        return OrderView(
            order_id=order.order_id,
            reference=order.reference,
            service=order.service,
            service_name=self.service_name(order.service),
            area=order.area,
            urgency=order.urgency,
            window=order.window,
            state=order.state,
            outcome=order.outcome,
            holder=self.holder(order.holder_role, order.holder_area, order.holder_id),
            due_at=order.due_at,
            next_step=order.next_step,
            late=order.overdue_since is not None or (order.due_at is not None and order.due_at < now),
            extensions=extensions_view(extensions),
            extension_asked=asked_view(order, extensions, now),
            placed_at=order.placed_at,
            closed_at=order.closed_at,
            proposed_times=[
                ProposedTimeView(
                    offer_id=one.offer_id, window=one.window, expires_at=one.expires_at, by_party=one.by_party
                )
                for one in proposed
                if is_proposed(OrderState(order.state), one.accepted, one.expires_at, now)
            ],
            legs=[self._leg(leg) for leg in legs if leg.round == order.round],
            timeline=[self._entry(entry) for entry in entries],
        )

    def _leg(self, leg: Leg) -> LegView:
        skill = self._rules.skills_by_code.get(leg.post or "")
        department = self._rules.departments_by_code.get(leg.department or "")
        return LegView(
            leg_id=leg.leg_id,
            post=leg.post,
            post_name=skill.name if skill else None,
            department=leg.department,
            department_name=department.name if department else None,
            headcount=leg.headcount,
            state=leg.state,
            errand=leg.errand,
        )

    def _entry(self, entry: TimelineEntry) -> TimelineView:
        return TimelineView(
            position=entry.position,
            what=entry.kind,
            at=entry.at,
            by=entry.by_role,
            state=entry.state,
            holder=self.holder(entry.holder_role, entry.holder_area, entry.holder_id),
            due_at=entry.due_at,
            next_step=entry.next_step,
            detail=entry.detail,
        )

    def service_name(self, code: str) -> Text:
        """Its name, also once the catalogue has dropped it."""
        service = self._rules.services_by_code.get(code)
        return service.name if service else Text(zh=code, en=code)

    def holder(self, role: str | None, area: str | None, code: str | None = None) -> HolderView | None:
        """A holder as residents may know them; ``code`` is a department's."""
        if role is None:
            return None
        if role == Role.DEPARTMENT:
            department = self._rules.departments_by_code.get(code or "")
            if department is None:
                return HolderView(role=role, area=area, title=None)
            kind, hours = department.kind.value, department.hours
            return HolderView(role=role, area=area, title=department.name, kind=kind, hours=hours)
        held = role == "coordinator" and area is not None and self._rules.areas.knows(area)
        coordinator = self._rules.coordinator_of(area) if held and area else None
        return HolderView(role=role, area=area, title=coordinator.title if coordinator else None)
