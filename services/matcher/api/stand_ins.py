"""Stand-ins over HTTP: who acts for an absent coordinator."""

from __future__ import annotations

from fastapi import APIRouter

from services.matcher.access import Doors
from services.matcher.commands import SetStandIn
from services.matcher.queries.stand_ins import StandInView
from services.matcher.use_cases.standing_in import Ending, Setting
from shared.web.callers import CoordinatorCaller
from shared.web.paging import Limit, Page


def stand_in_routes(router: APIRouter, doors: Doors) -> None:
    """Seen, set and ended by the coordinator of the area or one above it; ended also by who stands in."""
    standing_in, queries = doors.use_cases.standing_in, doors.queries.stand_ins

    @router.get("/stand-ins", tags=["coordinators"])
    async def stand_ins(caller: CoordinatorCaller, limit: Limit = 50) -> Page[StandInView]:
        """Stand-ins of my area and below that have not ended, and those in which I stand in; the first on top."""
        below = doors.rules.areas.below(doors.access.area_of(caller))
        return Page(items=await queries.of_areas(below, caller.subject, doors.clock.now(), limit), next=None)

    @router.post("/stand-ins", tags=["coordinators"], status_code=201)
    async def set_stand_in(caller: CoordinatorCaller, body: SetStandIn) -> StandInView:
        """Have another coordinator act for my area, or for one below it, from then until then."""
        wish = Setting(caller.subject, doors.access.area_of(caller), body)
        return await queries.one(await doors.do(standing_in.set_stand_ins, wish), doors.clock.now())

    @router.post("/stand-ins/{stand_in_id}/end", tags=["coordinators"])
    async def end(stand_in_id: str, caller: CoordinatorCaller) -> StandInView:
        """It gives no right any more. 409 when it has ended already."""
        wish = Ending(stand_in_id, caller.subject, doors.access.area_of(caller))
        return await queries.one(await doors.do(standing_in.end_stand_ins, wish), doors.clock.now())
