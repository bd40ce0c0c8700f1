"""When a volunteer has time: the week hour by hour, the on-duty switch, absences, how much, and where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, Field

from services.matcher.access import Doors
from services.matcher.commands import MOST_ABSENCES, Command, Register, SetAbsences, SetAvailability, SetDuty
from services.matcher.pages.departing import departing_pages
from services.matcher.queries.roster_views import MeView
from services.matcher.use_cases.availing import Own, TooManyAbsences
from shared.community.hours import WEEK, WeekHours
from shared.community.posts import Unit
from shared.contracts.refusal import Refusal
from shared.contracts.words import Role, Window
from shared.identity.tokens import Caller
from shared.web.callers import VolunteerCaller, require
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader, msgid
from shared.web.templating import Pages, redirect
from shared.web.wording import place_name

DAYS = (msgid("Mon"), msgid("Tue"), msgid("Wed"), msgid("Thu"), msgid("Fri"), msgid("Sat"), msgid("Sun"))


class WeekForm(SetAvailability):
    """The form of the week: every ticked hour by its number, 0 being Monday 0:00; what is not ticked is not free."""

    week: Literal["1"]
    free: tuple[Annotated[int, Field(ge=0, lt=WEEK)], ...] = ()

    @property
    def wish(self) -> SetAvailability:
        """The command it stands for."""
        return SetAvailability(
            hours=WeekHours.of(self.free),
            capacity=self.capacity,
            daily_offers=self.daily_offers,
            urgent_at_work=bool(self.urgent_at_work),
        )


class TakeBackAbsence(Command):
    """Which absence is taken back, by when it begins."""

    begins: AwareDatetime


class Availability:
    """Shows volunteers what they have said."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def page(self, request: Request, caller: Caller, form: Form | None = None, status: int = 200) -> Response:
        """The whole page; ``form`` carries what was refused a moment ago, and what had been typed."""
        me = await self._doors.queries.roster.me(caller.subject)
        return self._pages.render(
            request,
            "availability.html",
            status=status,
            me=me,
            form=form or Form.blank(),
            shown=_shown(me, form),
            days=DAYS,
        )

    async def registration(
        self, request: Request, caller: Caller, form: Form | None = None, status: int = 200
    ) -> Response:
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


def _shown(me: MeView, form: Form | None) -> Form:
    """What the form of the week begins with: what was typed, else what is known."""
    if form is not None and form.value("week"):
        return form
    known = {"capacity": str(me.capacity), "daily_offers": str(me.daily_offers)}
    consent = {"urgent_at_work": ("true",)} if me.urgent_at_work else {}
    hours = tuple(str(hour) for hour in WeekHours.parse(me.hours))
    return Form({**{name: (text,) for name, text in known.items()}, **consent, "free[]": hours})


def _shown_units(units: Sequence[Unit], own: str | None) -> list[Unit]:
    """Hidden employers are nobody's to read but their own members'."""
    return [unit for unit in units if not unit.hidden or unit.unit_id == own]


def availability_pages(availability: Availability, doors: Doors) -> APIRouter:
    """``/availability`` and ``/registration``, and one form for each thing to say."""
    router = APIRouter()
    _week_routes(router, availability, doors)
    _absence_routes(router, availability, doors)
    _registration_routes(router, availability, doors)
    departing_pages(router, availability.page, doors)
    return router


def _week_routes(router: APIRouter, availability: Availability, doors: Doors) -> None:
    availing = doors.use_cases.availing
    signed_in: Any = Depends(require(Role.VOLUNTEER, Role.COORDINATOR))

    @router.get("/availability")
    async def page(request: Request, caller: Caller = signed_in) -> Response:
        if caller.role is Role.COORDINATOR:  # the link is on their pages too, and they are always on duty
            return redirect("/")
        return await availability.page(request, caller)

    @router.post("/availability")
    async def week(request: Request, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            await doors.do(availing.set_availability, Own(caller.subject, form.read(WeekForm).wish))
        except Refusal as refusal:
            return await availability.page(request, caller, form.refused(refusal), status_of(refusal))
        return redirect("/availability")

    @router.post("/availability/duty")
    async def duty(request: Request, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            await doors.do(availing.set_duty, Own(caller.subject, form.read(SetDuty)))
        except Refusal as refusal:
            return await availability.page(request, caller, form.refused(refusal), status_of(refusal))
        return redirect("/availability")


def _absence_routes(router: APIRouter, availability: Availability, doors: Doors) -> None:
    availing, roster = doors.use_cases.availing, doors.queries.roster

    async def keep(caller: Caller, absences: Sequence[Window]) -> None:
        if len(absences) > MOST_ABSENCES:
            raise TooManyAbsences
        await doors.do(availing.set_absences, Own(caller.subject, SetAbsences(absences=tuple(absences))))

    @router.post("/availability/absences")
    async def absent(request: Request, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            absence = form.read(Window, moments=("from", "to"))
            await keep(caller, [*(await roster.me(caller.subject)).absences, absence])
        except Refusal as refusal:
            return await availability.page(request, caller, form.refused(refusal), status_of(refusal))
        return redirect("/availability")

    @router.post("/availability/absences/end")
    async def back(request: Request, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            begins = form.read(TakeBackAbsence).begins
            known = (await roster.me(caller.subject)).absences
            await keep(caller, [absence for absence in known if absence.from_ != begins])
        except Refusal as refusal:
            return await availability.page(request, caller, form.refused(refusal), status_of(refusal))
        return redirect("/availability")


def _registration_routes(router: APIRouter, availability: Availability, doors: Doors) -> None:
    @router.get("/registration")
    async def registration(request: Request, caller: VolunteerCaller) -> Response:
        return await availability.registration(request, caller)

    @router.post("/registration")
    async def register(request: Request, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            wish = form.read(Register)
            await doors.do(doors.use_cases.availing.register, Own(caller.subject, wish))
        except Refusal as refusal:
            return await availability.registration(request, caller, form.refused(refusal), status_of(refusal))
        return redirect("/posts")
