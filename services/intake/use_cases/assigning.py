"""Who serves an order, as matcher's facts tell it: a contact is given to a live assignment alone."""

from __future__ import annotations

from collections.abc import Sequence

from services.intake.models import Assignment
from services.intake.policies.harvesting import counts
from services.intake.repository import Unit
from shared.contracts.envelope import Fact
from shared.contracts.matcher import (
    DispatchEvent,
    LegAssigned,
    LegCompleted,
    LegHandedBack,
    LegStarted,
    LegTaken,
    OrderReferred,
)

ABOUT_ASSIGNMENTS = (LegAssigned, LegStarted, LegHandedBack, LegCompleted, LegTaken, OrderReferred)
"""The facts by which an assignment begins or ends. One that matcher released without a fact of its own (another was
chosen, the order is withdrawn) is refused by matcher, which is asked first."""

Assignments = dict[str, list[Assignment]]
"""By order."""


async def assignments_of(uow: Unit, facts: Sequence[Fact[DispatchEvent]]) -> Assignments:
    """What is known already of the orders whose assignments these facts change."""
    ids = {fact.event.order_id for fact in facts if isinstance(fact.event, ABOUT_ASSIGNMENTS)}
    return await uow.repository.assignments_of(ids) if ids else {}


def follow_assignments(uow: Unit, event: DispatchEvent, known: Assignments) -> None:
    """An assignment begins, or those of a leg end."""
    if isinstance(event, LegAssigned):
        if any(one.assignment_id == event.assignment_id for one in known[event.order_id]):
            return  # an assignment is made once
        made = Assignment(
            order_id=event.order_id,
            assignment_id=event.assignment_id,
            leg_id=event.leg_id,
            volunteer_id=event.volunteer_id,
        )
        known[event.order_id].append(made)
        uow.repository.add(made)
    elif isinstance(event, LegStarted | LegHandedBack):
        for one in known[event.order_id]:
            if one.assignment_id != event.assignment_id:
                continue
            if isinstance(event, LegStarted):
                one.start(event.at)
            else:
                one.hand_back(event.at, counts=counts(event.reason))
    elif isinstance(event, LegCompleted | LegTaken | OrderReferred):
        for one in known[event.order_id]:
            if one.leg_id == event.leg_id:
                one.end(event.at)
