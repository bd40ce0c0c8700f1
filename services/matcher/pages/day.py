"""The list of a day: what the desk owes until its end and who serves what, to be printed."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from shared.community.areas import GRID
from shared.web.callers import CoordinatorCaller
from shared.web.templating import Pages
from shared.web.wording import place_name

MOST = 200


def day_pages(doors: Doors, pages: Pages) -> APIRouter:
    """``/day``."""
    router = APIRouter()
    rules = doors.rules

    def place(area: str) -> str:
        return place_name(rules.areas, area)

    @router.get("/day")
    async def day(request: Request, caller: CoordinatorCaller) -> Response:
        areas, now = await doors.access.areas_of(caller), doors.clock.now()
        start, end = _day_of(rules.local(now))
        rows = await doors.queries.desk(areas, now, MOST)
        grids = rules.areas.all_below(areas, GRID)
        return pages.render(
            request,
            "day.html",
            now=now,
            rows=[row for row in rows if row.due_at < end or row.overdue],
            serving=await doors.queries.day.serving(grids, start, end, MOST),
            area=place(areas[0]),
            place=place,
        )

    return router


def _day_of(local: datetime) -> tuple[datetime, datetime]:
    """The day of a local instant, from midnight to midnight."""
    start = datetime.combine(local.date(), time(0), local.tzinfo)
    return start, start + timedelta(days=1)
