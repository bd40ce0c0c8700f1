"""Whom to reach about an order one has taken: fetched from intake each time, shown once, in no address."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.pages.volunteering import Volunteering
from shared.contracts.refusal import Refusal
from shared.web.callers import VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import Form
from shared.web.templating import Pages


def contact_pages(volunteering: Volunteering, doors: Doors, pages: Pages) -> APIRouter:
    """A form's button asks for it: a look is a deed, and no link does one."""
    router = APIRouter()

    @router.post("/assignments/{assignment_id}/contact")
    async def contact(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        try:
            told = await doors.contact(assignment_id, caller)
        except Refusal as refusal:
            return await volunteering.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        answer = pages.render(request, "contact.html", told=told, place=volunteering.place)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return router
