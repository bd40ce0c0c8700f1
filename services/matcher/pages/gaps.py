"""Where holders are missing, for whoever looks for more of them."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.pages.telling import gap, hours
from shared.web.callers import CoordinatorCaller
from shared.web.templating import Pages
from shared.web.wording import place_name

MOST_SHOWN = 50


def gap_pages(doors: Doors, pages: Pages) -> APIRouter:
    """``/gaps``."""
    router = APIRouter()
    rules = doors.rules

    @router.get("/gaps")
    async def gaps(request: Request, caller: CoordinatorCaller) -> Response:
        area = doors.access.area_of(caller)
        grids = rules.areas.all_below(await doors.access.areas_of(caller), "grid")
        since = doors.clock.now() - timedelta(days=doors.gap_days)
        found = await doors.queries.explaining.gaps(grids, since, MOST_SHOWN)
        rows = [(gap(one, rules), hours(one.part_of_day), one) for one in found]
        place = place_name(rules.areas, area)
        return pages.render(request, "gaps.html", rows=rows, place=place, days=doors.gap_days)

    return router
