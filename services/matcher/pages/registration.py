"""Where a volunteer is registered (双报到): home, unit and profession."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.commands import Register
from services.matcher.use_cases.availing import Own
from shared.community.posts import Unit
from shared.contracts.refusal import Refusal
from shared.identity.tokens import Caller
from shared.web.callers import VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader
from shared.web.templating import Pages, redirect
from shared.web.wording import place_name


class Registration:
    """Shows volunteers where they are registered."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def page(self, request: Request, caller: Caller, form: Form | None = None, status: int = 200) -> Response:
        """Where they are registered, with everything there is to choose from."""
        me, language = await self._doors.queries.roster.me(caller.subject), current_reader().language
        areas, rules = self._doors.rules.areas, self._doors.rules
        homes = [area.code for area in areas.of_kind("grid")]
        if me.home not in homes and me.home in areas:
            homes.insert(0, me.home)
        units = await self._doors.queries.roster.units()
        written = {"home": me.home, "unit": me.unit or "", "profession": me.profession or ""}
        return self._pages.render(
            request,
            "registration.html",
            status=status,
            form=form or Form.blank(written),
            homes=[(home, place_name(areas, home)) for home in homes],
            units=[(unit.unit_id, unit.name.told_in(language)) for unit in _shown_units(units, me.unit)],
            professions=[(one.code, one.name.told_in(language)) for one in rules.professions],
        )


def _shown_units(units: Sequence[Unit], own: str | None) -> list[Unit]:
    """Hidden employers are nobody's to read but their own members'."""
    return [unit for unit in units if not unit.hidden or unit.unit_id == own]


def registration_pages(registration: Registration, doors: Doors) -> APIRouter:
    """``/registration``."""
    router = APIRouter()

    @router.get("/registration")
    async def page(request: Request, caller: VolunteerCaller) -> Response:
        return await registration.page(request, caller)

    @router.post("/registration")
    async def register(request: Request, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            wish = form.read(Register)
            await doors.do(doors.use_cases.availing.register, Own(caller.subject, wish))
        except Refusal as refusal:
            return await registration.page(request, caller, form.refused(refusal), status_of(refusal))
        return redirect("/posts")

    return router
