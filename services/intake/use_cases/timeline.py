"""Writing an order's timeline: what happened, who holds it now, by when, what comes next."""

from __future__ import annotations

from datetime import datetime

from services.intake.models import Order, TimelineEntry
from shared.contracts.words import Role

INTAKE, MATCHER = "intake", "matcher"
SYSTEM = "system"
"""Who did it when nobody's hand did: a rule or a deadline."""


def entry(
    order: Order, kind: str, *, source: str, version: int, at: datetime, by: Role | None, applied: bool = True
) -> TimelineEntry:
    """The next entry of an order's timeline, with the order as it is after the change."""
    order.entries += 1
    return TimelineEntry(
        order_id=order.order_id,
        position=order.entries,
        source=source,
        version=version,
        kind=kind,
        at=at,
        by_role=by.value if by else SYSTEM,
        state=order.state,
        holder_role=order.holder_role,
        holder_area=order.holder_area,
        due_at=order.due_at,
        next_step=order.next_step,
        applied=applied,
    )
