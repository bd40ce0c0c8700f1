"""Where holders are missing, for whoever looks for more of them: by the roster as it is, and by what went unserved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.pages.telling import gap, hours
from services.matcher.policies.coverage import PartOfWeek
from services.matcher.use_cases.covering import ServiceGap
from shared.community.areas import GRID
from shared.web.callers import CoordinatorCaller
from shared.web.i18n import current_reader, gettext, msgid
from shared.web.templating import Pages
from shared.web.wording import place_name

MOST_SHOWN = 50
PARTS: Mapping[PartOfWeek, str] = {
    PartOfWeek.WORKDAY_MORNING: msgid("weekday mornings"),
    PartOfWeek.WORKDAY_AFTERNOON: msgid("weekday afternoons"),
    PartOfWeek.WORKDAY_EVENING: msgid("weekday early evenings"),
    PartOfWeek.WEEKEND_MORNING: msgid("weekend mornings"),
    PartOfWeek.WEEKEND_AFTERNOON: msgid("weekend afternoons"),
    PartOfWeek.WEEKEND_EVENING: msgid("weekend early evenings"),
}


@dataclass(frozen=True)
class GapLine:
    """A service that is not covered, as the reader says it; ``missing``: when nobody of the holders has time."""

    name: str
    place: str
    holders: int
    missing: str


def gap_pages(doors: Doors, pages: Pages) -> APIRouter:
    """``/gaps``, of one area below with ``?area=``."""
    router = APIRouter()
    rules = doors.rules

    @router.get("/gaps")
    async def gaps(request: Request, caller: CoordinatorCaller, area: str | None = None) -> Response:
        tops = await doors.access.desk_areas(caller, area or None)
        grids = rules.areas.all_below(tops, GRID)
        since = doors.clock.now() - timedelta(days=doors.gap_days)
        found = await doors.queries.explaining.gaps(grids, since, MOST_SHOWN)
        uncovered: Sequence[ServiceGap] = await doors.do(doors.use_cases.covering.cover, tops)
        return pages.render(
            request,
            "gaps.html",
            rows=[(gap(one, rules), hours(one.part_of_day), one) for one in found],
            services=[line(one) for one in uncovered[:MOST_SHOWN]],
            more=max(len(uncovered) - MOST_SHOWN, 0),
            place=place_name(rules.areas, tops[0]),
            days=doors.gap_days,
        )

    def line(one: ServiceGap) -> GapLine:
        return GapLine(
            name=one.service.name.told_in(current_reader().language),
            place=place_name(rules.areas, one.area),
            holders=one.covered.holders,
            missing=gettext(", ").join(gettext(PARTS[part]) for part in one.covered.missing),
        )

    return router
