"""Stand-ins on one page: who acts for whom, and a form to set it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.commands import SetStandIn
from services.matcher.use_cases.standing_in import Ending, Setting
from shared.contracts.refusal import Refusal
from shared.identity.tokens import Caller
from shared.web.callers import CoordinatorCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader
from shared.web.templating import Pages, redirect
from shared.web.wording import place_name

ROWS = 50
MOMENTS = ("from", "to")


class StandIns:
    """Shows a coordinator the stand-ins of their area, and whom they may choose."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def page(self, request: Request, caller: Caller, form: Form | None = None, status: int = 200) -> Response:
        """Every stand-in that has not ended; ``form`` carries what was refused a moment ago."""
        own, now = self._doors.access.area_of(caller), self._doors.clock.now()
        areas = self._doors.rules.areas.below(own)
        return self._pages.render(
            request,
            "stand_ins.html",
            status=status,
            form=form or Form.blank({"area": own}),
            rows=await self._doors.queries.stand_ins.of_areas(areas, caller.subject, now, ROWS),
            areas=self._coordinators(areas, by_area=True),
            coordinators=self._coordinators(tuple(self._doors.rules.ladder.by_area), by_area=False),
            place=self._place,
        )

    def _coordinators(self, areas: tuple[str, ...], *, by_area: bool) -> list[tuple[str, str]]:
        """Coordinators of these areas, by area or by their own id, as people call them."""
        known, language = self._doors.rules.ladder.by_area, current_reader().language
        found = [known[area] for area in areas if area in known]
        return [
            (one.area if by_area else one.coordinator_id, f"{self._place(one.area)} · {one.title.told_in(language)}")
            for one in found
        ]

    def _place(self, area: str) -> str:
        return place_name(self._doors.rules.areas, area)


def stand_in_pages(stand_ins: StandIns, doors: Doors) -> APIRouter:
    """``/stand-ins``."""
    router = APIRouter()
    standing_in = doors.use_cases.standing_in

    @router.get("/stand-ins")
    async def page(request: Request, caller: CoordinatorCaller) -> Response:
        return await stand_ins.page(request, caller)

    @router.post("/stand-ins")
    async def set_stand_in(request: Request, caller: CoordinatorCaller) -> Response:
        form, own = await posted(request), doors.access.area_of(caller)
        try:
            wish = Setting(caller.subject, own, form.read(SetStandIn, moments=MOMENTS))
            await doors.do(standing_in.set_stand_ins, wish)
        except Refusal as refusal:
            return await stand_ins.page(request, caller, form.refused(refusal), status_of(refusal))
        return redirect("/stand-ins")

    @router.post("/stand-ins/{stand_in_id}/end")
    async def end(request: Request, stand_in_id: str, caller: CoordinatorCaller) -> Response:
        wish = Ending(stand_in_id, caller.subject, doors.access.area_of(caller))
        try:
            await doors.do(standing_in.end_stand_ins, wish)
        except Refusal as refusal:
            return await stand_ins.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect("/stand-ins")

    return router
