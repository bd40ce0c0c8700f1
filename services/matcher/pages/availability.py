"""When a volunteer has time: the week hour by hour, the on-duty switch, absences, and how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, Field

from services.matcher.access import Doors
from services.matcher.commands import MOST_ABSENCES, Command, SetAbsences, SetAvailability, SetDuty
from services.matcher.pages.departing import departing_pages
from services.matcher.policies.free_time import FILLED_BY, HOURS_OF, DayPart, WeekPart, turned
from services.matcher.queries.roster_views import MeView
from services.matcher.use_cases.availing import Own, TooManyAbsences
from shared.community.hours import WEEK, WeekHours
from shared.contracts.refusal import Refusal
from shared.contracts.words import Role, Window
from shared.identity.tokens import Caller
from shared.web.callers import VolunteerCaller, require
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import gettext, msgid
from shared.web.templating import Pages, redirect

FILLS = {
    WeekPart.EVENINGS: msgid("Workday evenings, 18–22"),
    WeekPart.WORKDAYS: msgid("Workdays, 8–18"),
    WeekPart.WEEKENDS: msgid("Weekends, 8–22"),
}
PARTS = {
    DayPart.MORNING: msgid("Morning, 6–12"),
    DayPart.AFTERNOON: msgid("Afternoon, 12–18"),
    DayPart.EVENING: msgid("Evening, 18–24"),
    DayPart.NIGHT: msgid("Night, 0–6"),
}
DAYS = (msgid("Mon"), msgid("Tue"), msgid("Wed"), msgid("Thu"), msgid("Fri"), msgid("Sat"), msgid("Sun"))


class WeekForm(SetAvailability):
    """The forms of the week and of how much one takes on, or both in one. ``week``: every ticked hour is in ``free`` by
    its number, 0 being Monday 0:00, and what is not ticked is not free.
    """

    week: Literal["1"] | None = None
    free: tuple[Annotated[int, Field(ge=0, lt=WEEK)], ...] = ()

    @property
    def wish(self) -> SetAvailability:
        """The command it stands for; a box that is not ticked is a no where the form has the box."""
        limited = self.capacity is not None or self.daily_offers is not None
        return SetAvailability(
            hours=WeekHours.of(self.free) if self.week else None,
            capacity=self.capacity,
            daily_offers=self.daily_offers,
            urgent_at_work=bool(self.urgent_at_work) if limited else None,
        )


class TurnPart(Command):
    """A whole part of the week by one press: free, or no longer."""

    part: WeekPart


class TakeBackAbsence(Command):
    """Which absence is taken back, by when it begins."""

    begins: AwareDatetime


class Availability:
    """Shows volunteers what they have said."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def page(
        self, request: Request, caller: Caller, form: Form | None = None, status: int = 200, part: str = ""
    ) -> Response:
        """What they have said, or one ``part`` of it to change; ``form`` carries what was refused a moment ago,
        and what had been typed.
        """
        me = await self._doors.queries.roster.me(caller.subject)
        hours = WeekHours.parse(me.hours)
        return self._pages.render(
            request,
            f"availability{part and '_'}{part}.html",
            status=status,
            me=me,
            form=form or Form.blank(),
            shown=_shown(me, form),
            days=DAYS,
            hours=hours,
            fills=[(one.value, gettext(FILLS[one]), FILLED_BY[one] <= set(hours)) for one in WeekPart],
            parts=[(part.value, gettext(PARTS[part]), HOURS_OF[part]) for part in DayPart],
        )


def _shown(me: MeView, form: Form | None) -> Form:
    """What the form of the week begins with: what was typed, else what is known."""
    if form is not None and any(form.values.get(name) for name in ("week", "capacity", "daily_offers")):
        return form
    known = {"capacity": str(me.capacity), "daily_offers": str(me.daily_offers)}
    consent = {"urgent_at_work": ("true",)} if me.urgent_at_work else {}
    hours = tuple(str(hour) for hour in WeekHours.parse(me.hours))
    return Form({**{name: (text,) for name, text in known.items()}, **consent, "free[]": hours})


def availability_pages(availability: Availability, doors: Doors) -> APIRouter:
    """``/availability``, a page for each part of it, and one form for each thing to say."""
    router = APIRouter()
    _part_routes(router, availability)
    _week_routes(router, availability, doors)
    _absence_routes(router, availability, doors)
    departing_pages(router, availability.page, doors)
    return router


def _part_routes(router: APIRouter, availability: Availability) -> None:
    @router.get("/availability/week")
    async def week(request: Request, caller: VolunteerCaller) -> Response:
        return await availability.page(request, caller, part="week")

    @router.get("/availability/limits")
    async def limits(request: Request, caller: VolunteerCaller) -> Response:
        return await availability.page(request, caller, part="limits")

    @router.get("/availability/away")
    async def away(request: Request, caller: VolunteerCaller) -> Response:
        return await availability.page(request, caller, part="away")

    @router.get("/availability/kept")
    async def kept(request: Request, caller: VolunteerCaller) -> Response:
        return await availability.page(request, caller, part="kept")


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
            part = "week" if form.value("week") else "limits"
            return await availability.page(request, caller, form.refused(refusal), status_of(refusal), part)
        return redirect("/availability")

    @router.post("/availability/week")
    async def turn(request: Request, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            known = WeekHours.parse((await doors.queries.roster.me(caller.subject)).hours)
            wish = SetAvailability(hours=turned(known, form.read(TurnPart).part))
            await doors.do(availing.set_availability, Own(caller.subject, wish))
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
            return await availability.page(request, caller, form.refused(refusal), status_of(refusal), "away")
        return redirect("/availability")

    @router.post("/availability/absences/end")
    async def back(request: Request, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            begins = form.read(TakeBackAbsence).begins
            known = (await roster.me(caller.subject)).absences
            await keep(caller, [absence for absence in known if absence.from_ != begins])
        except Refusal as refusal:
            return await availability.page(request, caller, form.refused(refusal), status_of(refusal), "away")
        return redirect("/availability")
