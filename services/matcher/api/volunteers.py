"""Coordinators stop a volunteer for a while, let them back in, or take them off the roster."""

from __future__ import annotations

from fastapi import APIRouter

from services.matcher.access import Doors
from services.matcher.commands import Command
from services.matcher.commands.departing import RemoveVolunteer, RestoreVolunteer, SuspendVolunteer
from services.matcher.queries.roster_views import StandingView
from services.matcher.use_cases.departing import AboutVolunteer
from shared.contracts.refusal import NotFound
from shared.identity.tokens import Caller
from shared.web.callers import CoordinatorCaller
from shared.web.paging import After, Limit, Page, as_it_is, page_of, place_of


def volunteer_routes(router: APIRouter, doors: Doors) -> None:
    """The volunteers who live at or below an area; one who lives elsewhere looks like none at all."""
    departing, roster = doors.use_cases.departing, doors.queries.roster

    async def about(volunteer_id: str, caller: Caller, wish: Command) -> AboutVolunteer[Command]:
        return AboutVolunteer(volunteer_id, caller.subject, await doors.access.areas_of(caller), wish)

    @router.get("/volunteers", tags=["coordinators"])
    async def volunteers(
        caller: CoordinatorCaller, area: str | None = None, limit: Limit = 50, cursor: After = None
    ) -> Page[StandingView]:
        """Who lives in my area, by id, and who of them is suspended or has left."""
        after = str(place_of(cursor, str)[0]) if cursor else ""
        rows = await roster.standing(await doors.access.desk_areas(caller, area), limit + 1, after)
        return page_of(rows, limit, as_it_is, lambda row: (row.volunteer_id,))

    @router.post("/volunteers/{volunteer_id}/suspend", tags=["coordinators"])
    async def suspend(volunteer_id: str, caller: CoordinatorCaller, body: SuspendVolunteer) -> StandingView:
        """Nothing reaches them from now on; what they have goes to others. 404 when they live elsewhere."""
        await doors.do(departing.suspend, await about(volunteer_id, caller, body))
        return await _one(volunteer_id)

    @router.post("/volunteers/{volunteer_id}/restore", tags=["coordinators"])
    async def restore(volunteer_id: str, caller: CoordinatorCaller, body: RestoreVolunteer) -> StandingView:
        """They may be asked again. 409 when they are neither suspended nor gone."""
        await doors.do(departing.restore, await about(volunteer_id, caller, body))
        return await _one(volunteer_id)

    @router.post("/volunteers/{volunteer_id}/remove", tags=["coordinators"])
    async def remove(volunteer_id: str, caller: CoordinatorCaller, body: RemoveVolunteer) -> StandingView:
        """They are off the roster, as if they had left. 409 when they have."""
        await doors.do(departing.remove, await about(volunteer_id, caller, body))
        return await _one(volunteer_id)

    async def _one(volunteer_id: str) -> StandingView:
        standing = await roster.standing_of(volunteer_id)
        if standing is None:
            raise NotFound
        return standing
