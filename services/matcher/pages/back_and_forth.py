"""What came back and moved between levels, on one page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from shared.web.callers import CoordinatorCaller
from shared.web.templating import Pages
from shared.web.wording import place_name


def back_and_forth_pages(doors: Doors, pages: Pages) -> APIRouter:
    """``/back-and-forth``."""
    router = APIRouter()

    def place(area: str) -> str:
        return place_name(doors.rules.areas, area)

    @router.get("/back-and-forth")
    async def back_and_forth(request: Request, caller: CoordinatorCaller) -> Response:
        grids = doors.rules.areas.all_below(await doors.access.areas_of(caller), "grid")
        since = doors.figures_since()
        return pages.render(
            request,
            "back_and_forth.html",
            rows=await doors.queries.back_and_forth.figures(grids, since),
            departments=await doors.queries.referrals.figures(grids, since),
            days=doors.figures_days,
            place=place,
        )

    return router
