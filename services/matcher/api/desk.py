"""A coordinator's desk, and what they decide on it."""

from __future__ import annotations

from fastapi import APIRouter

from services.matcher.access import Doors, due_place
from services.matcher.commands import AssignLeg, EscalateLeg, ResolveLeg
from services.matcher.queries.views import DecidedView, DeskRowView
from shared.web.callers import CoordinatorCaller
from shared.web.paging import After, Limit, Page, as_it_is, page_of


def desk_routes(router: APIRouter, doors: Doors) -> None:
    """The desk by due time; assign, resolve, escalate."""
    deciding = doors.use_cases.deciding

    @router.get("/desk", tags=["coordinators"])
    async def desk(
        caller: CoordinatorCaller, area: str | None = None, limit: Limit = 50, cursor: After = None
    ) -> Page[DeskRowView]:
        """What coordinators hold at or below an area (mine, unless another is asked for), by due time."""
        wanted = doors.access.desk_area(caller, area)
        after = due_place(cursor) if cursor else None
        rows = await doors.queries.desk(wanted, doors.clock.now(), limit + 1, after)
        return page_of(rows, limit, as_it_is, lambda row: (row.due_at.isoformat(), row.order_id))

    @router.post("/legs/{leg_id}/assign", tags=["coordinators"])
    async def assign(leg_id: str, caller: CoordinatorCaller, body: AssignLeg) -> DecidedView:
        """Give a leg to a volunteer of the area."""
        assignment_id = await doors.do(deciding.assign_legs, doors.decision(leg_id, caller, body))
        given = await doors.queries.assignment(assignment_id)
        return await doors.queries.decided(given.order_id, assignment_id)

    @router.post("/legs/{leg_id}/resolve", tags=["coordinators"])
    async def resolve(leg_id: str, caller: CoordinatorCaller, body: ResolveLeg) -> DecidedView:
        """I served or settled it in person."""
        return await doors.queries.decided(await doors.do(deciding.resolve_legs, doors.decision(leg_id, caller, body)))

    @router.post("/legs/{leg_id}/escalate", tags=["coordinators"])
    async def escalate(leg_id: str, caller: CoordinatorCaller, body: EscalateLeg) -> DecidedView:
        """Pass the order up one tier; the reason stays with the coordinators."""
        return await doors.queries.decided(await doors.do(deciding.escalate_legs, doors.decision(leg_id, caller, body)))
