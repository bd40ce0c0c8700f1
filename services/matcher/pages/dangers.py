"""Dangers: volunteers report one from what they serve, coordinators say that they have seen to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.commands.incidents import AnswerIncident, ReportIncident
from services.matcher.pages.telling import REPORTED
from services.matcher.pages.volunteering import Volunteering
from services.matcher.queries.incidents import IncidentView
from services.matcher.use_cases.incidents import Report, See
from shared.contracts.refusal import Conflict, NotFound, Refusal
from shared.contracts.words import IncidentKind
from shared.identity.tokens import Caller
from shared.web.callers import CoordinatorCaller, VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import gettext, msgid
from shared.web.templating import Pages, redirect
from shared.web.wording import place_name

WAITING, SEEN_TO = 50, 20
"""So many of each are shown; who waits longest is on top of the first, who was answered last of the second."""

KINDS: Mapping[str, str] = {
    IncidentKind.INJURY.value: msgid("Somebody is hurt"),
    IncidentKind.THREAT.value: msgid("Somebody is threatened or attacked"),
    IncidentKind.FIRE_GAS.value: msgid("Fire, gas or electricity"),
    IncidentKind.CHILD.value: msgid("A child is in danger"),
    IncidentKind.OTHER.value: msgid("Another danger"),
}


def danger_name(one: IncidentView) -> str:
    """What it is; a resident's kind is with the order."""
    return gettext(KINDS[one.kind]) if one.kind else gettext("Reported by the resident")


class Dangers:
    """Shows coordinators the dangers of the areas they act for."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def page(self, request: Request, caller: Caller, form: Form | None = None, status: int = 200) -> Response:
        """What waits for an answer, then what somebody has seen to; ``form`` carries what was refused a moment ago."""
        areas, queries = await self._doors.access.areas_of(caller), self._doors.queries.incidents
        waiting = await queries.unanswered(areas, WAITING)
        return self._render(
            request, "dangers.html", status, form, waiting=waiting, seen_to=await queries.answered(areas, SEEN_TO)
        )

    async def one(
        self, request: Request, caller: Caller, incident_id: str, form: Form | None = None, status: int = 200
    ) -> Response:
        """One danger and the form of its answer. Raises ``NotFound`` for one of an area elsewhere."""
        danger = await self._doors.queries.incidents.one(incident_id)
        if not self._doors.rules.areas.within(danger.area, await self._doors.access.areas_of(caller)):
            raise NotFound
        return self._render(request, "danger.html", status, form, danger=danger)

    def _render(self, request: Request, name: str, status: int, form: Form | None, **shown: Any) -> Response:
        shown = {"form": form or Form.blank(), "place": self._place, "danger_name": danger_name, **shown}
        return self._pages.render(request, name, status=status, **shown)

    def _place(self, area: str) -> str:
        return place_name(self._doors.rules.areas, area)


def danger_pages(dangers: Dangers, volunteering: Volunteering, doors: Doors, pages: Pages) -> APIRouter:
    """``/dangers`` and ``/dangers/{incident_id}``; ``/assignments/{assignment_id}/danger``."""
    router = APIRouter()
    _answering(router, dangers, doors)
    _reporting(router, volunteering, doors, pages)
    return router


def _answering(router: APIRouter, dangers: Dangers, doors: Doors) -> None:
    @router.get("/dangers")
    async def page(request: Request, caller: CoordinatorCaller) -> Response:
        return await dangers.page(request, caller)

    @router.get("/dangers/{incident_id}")
    async def one(request: Request, incident_id: str, caller: CoordinatorCaller) -> Response:
        return await dangers.one(request, caller, incident_id)

    @router.post("/dangers/{incident_id}")
    async def answer(request: Request, incident_id: str, caller: CoordinatorCaller) -> Response:
        form, areas = await posted(request), await doors.access.areas_of(caller)
        try:
            see = See(incident_id, caller.subject, areas, form.read(AnswerIncident))
            await doors.do(doors.use_cases.incidents.see_to, see)
        except Conflict as refusal:  # somebody was quicker: say so over the whole list
            return await dangers.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        except Refusal as refusal:
            return await dangers.one(request, caller, incident_id, form.refused(refusal), status_of(refusal))
        return redirect("/dangers")


def _reporting(router: APIRouter, volunteering: Volunteering, doors: Doors, pages: Pages) -> None:
    async def page(request: Request, caller: Caller, assignment_id: str, form: Form, status: int = 200) -> Response:
        kinds: Sequence[tuple[str, str]] = [(kind, gettext(text)) for kind, text in KINDS.items()]
        assignment = await volunteering.active(caller, assignment_id)
        shown = {"assignment": assignment, "kinds": kinds, "form": form, "station": doors.rules.station_phone}
        return pages.render(request, "report_danger.html", status=status, **shown)

    @router.get("/assignments/{assignment_id}/danger")
    async def ask(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        return await page(request, caller, assignment_id, Form.blank())

    @router.post("/assignments/{assignment_id}/danger")
    async def report(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            wish = Report(assignment_id, caller.subject, form.read(ReportIncident))
            await doors.do(doors.use_cases.incidents.report, wish)
        except Refusal as refusal:
            return await page(request, caller, assignment_id, form.refused(refusal), status_of(refusal))
        return redirect(f"/?said={REPORTED}")
