"""A coordinator's desk, and what they decide on it."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter

from services.matcher.access import Doors, desk_place
from services.matcher.commands import AssignLeg, CallUpUnit, EscalateLeg, ExcludeVolunteer, ReleaseLeg, ResolveLeg
from services.matcher.queries.views import DecidedView, DeskRowView, GapView, LegExplanationView
from shared.web.callers import CoordinatorCaller
from shared.web.paging import After, Limit, Page, as_it_is, page_of


def desk_routes(router: APIRouter, doors: Doors) -> None:
    """The desk by due time, what is decided on it, and what explains it."""
    deciding = doors.use_cases.deciding

    @router.get("/desk", tags=["coordinators"])
    async def desk(
        caller: CoordinatorCaller, area: str | None = None, limit: Limit = 50, cursor: After = None
    ) -> Page[DeskRowView]:
        """What coordinators hold at or below an area (mine, unless another is asked for): dangers, then by due time."""
        wanted = await doors.access.desk_areas(caller, area)
        after = desk_place(cursor) if cursor else None
        rows = await doors.queries.desk(wanted, doors.clock.now(), limit + 1, after)
        return page_of(rows, limit, as_it_is, lambda row: row.place)

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

    @router.post("/legs/{leg_id}/release", tags=["coordinators"])
    async def release(leg_id: str, caller: CoordinatorCaller, body: ReleaseLeg) -> DecidedView:
        """I have looked at what was held: ask volunteers. 409 `not-held-to-look` for what was not, or was decided."""
        return await doors.queries.decided(await doors.do(deciding.release_legs, doors.decision(leg_id, caller, body)))

    @router.post("/legs/{leg_id}/escalate", tags=["coordinators"])
    async def escalate(leg_id: str, caller: CoordinatorCaller, body: EscalateLeg) -> DecidedView:
        """Pass the order up one tier; the reason stays with the coordinators."""
        return await doors.queries.decided(await doors.do(deciding.escalate_legs, doors.decision(leg_id, caller, body)))

    @router.post("/legs/{leg_id}/call-up", tags=["coordinators"], status_code=201)
    async def call_up(leg_id: str, caller: CoordinatorCaller, body: CallUpUnit) -> dict[str, str]:
        """Ask a unit to name a member; the clock keeps running. 409 when it has no secretary or was asked before."""
        use_case = doors.use_cases.calling_up.call_up_units
        return {"call_up_id": await doors.do(use_case, doors.decision(leg_id, caller, body))}

    @router.post("/legs/{leg_id}/exclude", tags=["coordinators"])
    async def exclude(leg_id: str, caller: CoordinatorCaller, body: ExcludeVolunteer) -> DecidedView:
        """Keep a volunteer away from this order; no reason is asked."""
        use_case = doors.use_cases.recusing.exclude_volunteers
        return await doors.queries.decided(await doors.do(use_case, doors.decision(leg_id, caller, body)))

    @router.get("/legs/{leg_id}/explanation", tags=["coordinators"])
    async def explanation(leg_id: str, caller: CoordinatorCaller) -> LegExplanationView:
        """Why those who have the leg were chosen, and what keeps others from being asked; never who said no."""
        areas = doors.rules.areas.all_below(await doors.access.areas_of(caller))
        return await doors.queries.explaining.leg(leg_id, areas, doors.clock.now())

    @router.get("/gaps", tags=["coordinators"])
    async def gaps(caller: CoordinatorCaller, area: str | None = None, limit: Limit = 50) -> Page[GapView]:
        """Where nobody could be asked lately, by post, grid, part of the day and the main reason; the most on top."""
        grids = doors.rules.areas.all_below(await doors.access.desk_areas(caller, area), "grid")
        since = doors.clock.now() - timedelta(days=doors.gap_days)
        return Page(items=await doors.queries.explaining.gaps(grids, since, limit), next=None)
