"""Writing an order's timeline: what happened, who holds it now, by when, what comes next."""

from __future__ import annotations

from datetime import datetime

from services.intake.models import Order, TimelineEntry
from services.intake.policies.details import detail_of
from shared.contracts.envelope import Event
from shared.contracts.words import Role

INTAKE, MATCHER = "intake", "matcher"
SYSTEM = "system"
"""Who did it when nobody's hand did: a rule or a deadline."""


def entry(
    order: Order, event: Event, *, source: str, version: int, at: datetime, by: Role | None, applied: bool = True
) -> TimelineEntry:
    """The next entry of an order's timeline: a fact, with the order as it is after the change. Of holders, departments
    alone are named.
    """
    order.entries += 1
    return TimelineEntry(
        order_id=order.order_id,
        position=order.entries,
        source=source,
        version=version,
        kind=event.name,
        at=at,
        by_role=by.value if by else SYSTEM,
        state=order.state,
        holder_role=order.holder_role,
        holder_area=order.holder_area,
        holder_id=order.holder_id if order.holder_role == Role.DEPARTMENT.value else None,
        due_at=order.due_at,
        next_step=order.next_step,
        applied=applied,
        detail=detail_of(event),
    )
