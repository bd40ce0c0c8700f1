"""Everything a coordinator can open, what the navigation has no room for among it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from shared.web.callers import CoordinatorCaller
from shared.web.templating import Pages


def all_pages(doors: Doors, pages: Pages) -> APIRouter:
    """``/pages``."""
    router = APIRouter()

    @router.get("/pages")
    async def every(request: Request, caller: CoordinatorCaller) -> Response:
        of_county = doors.rules.areas.root.code in await doors.access.areas_of(caller)
        return pages.render(request, "all_pages.html", of_county=of_county)

    return router
