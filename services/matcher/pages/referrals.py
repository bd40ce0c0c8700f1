"""What departments hold of a coordinator's area, with the links to pass on, and how often legs came back."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from shared.contracts.audit import Deed, What
from shared.identity.acting import who_of
from shared.web.callers import CoordinatorCaller
from shared.web.templating import Pages
from shared.web.wording import place_name

ROWS = 50


def referral_pages(doors: Doors, pages: Pages) -> APIRouter:
    """``/referrals``."""
    router = APIRouter()

    def place(area: str) -> str:
        return place_name(doors.rules.areas, area)

    @router.get("/referrals")
    async def referrals(request: Request, caller: CoordinatorCaller) -> Response:
        areas, queries = await doors.access.areas_of(caller), doors.queries.referrals
        rows = await queries.of_areas(doors.rules.areas.all_below(areas), doors.clock.now(), ROWS)
        if rows:  # a link opens a referral to whoever has it
            await doors.audit.note(Deed(who_of(caller), What.KEYED, field="department_link", reason=str(len(rows))))
        return pages.render(
            request,
            "referrals.html",
            rows=[(row, doors.referral_link(row)) for row in rows],
            figures=await queries.figures(doors.rules.areas.all_below(areas, "grid"), doors.figures_since()),
            place=place,
        )

    return router
