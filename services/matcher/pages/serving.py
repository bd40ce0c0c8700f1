"""A volunteer serves what they have: on the way, done with a report and photos, or handed back with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from services.matcher.access import Doors
from services.matcher.commands import CompleteLeg, HandBackLeg
from services.matcher.pages.volunteering import REASONS, Volunteering
from services.matcher.policies.photos import TooManyPhotos
from services.matcher.use_cases.serving import Complete, HandBack, Start
from shared.contracts.refusal import Invalid, NotUnderstood, Refusal, TooLarge
from shared.identity.tokens import Caller
from shared.web.callers import VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import gettext
from shared.web.templating import Pages, redirect


def serving_routes(router: APIRouter, volunteering: Volunteering, doors: Doors, pages: Pages) -> None:
    """On the way, done, handed back; each a form."""
    serving = doors.use_cases.serving

    async def form_page(
        request: Request, caller: Caller, assignment_id: str, template: str, form: Form, status: int = 200
    ) -> Response:
        context: dict[str, Any] = {
            "assignment": await volunteering.active(caller, assignment_id),
            "photos": await doors.queries.photos.of_assignment(assignment_id, caller.subject),
            "most_photos": doors.use_cases.photographing.limits.most,
            "form": form,
            "place": volunteering.place,
            "reasons": [(reason.value, gettext(text)) for reason, text in REASONS],
        }
        return pages.render(request, template, status=status, **context)

    @router.post("/assignments/{assignment_id}/start")
    async def start(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        command = Start(assignment_id, caller.subject)
        return await volunteering.answer(request, caller, serving.start_assignments, command)

    @router.get("/assignments/{assignment_id}/complete")
    async def report(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        return await form_page(request, caller, assignment_id, "complete.html", Form.blank())

    @router.post("/assignments/{assignment_id}/complete")
    async def complete(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            form = await _with_photos(request, form, doors, assignment_id, caller)
            wish = form.read(CompleteLeg)
            await doors.do(serving.complete_assignments, Complete(assignment_id, caller.subject, wish))
        except (Invalid, NotUnderstood, TooLarge, TooManyPhotos) as refusal:
            again = form.refused(refusal)
            return await form_page(request, caller, assignment_id, "complete.html", again, status_of(refusal))
        except Refusal as refusal:  # it is no longer theirs to change: say so over what they have
            return await volunteering.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect("/thanks")

    @router.get("/thanks")
    async def thanks(request: Request, caller: VolunteerCaller) -> Response:
        me = await doors.queries.roster.me(caller.subject)
        return pages.render(request, "thanks.html", me=me)

    @router.get("/assignments/{assignment_id}/hand-back")
    async def ask_why(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        return await form_page(request, caller, assignment_id, "hand_back.html", Form.blank())

    @router.post("/assignments/{assignment_id}/hand-back")
    async def hand_back(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            wish = form.read(HandBackLeg)
            await doors.do(serving.hand_back_assignments, HandBack(assignment_id, caller.subject, wish))
        except Invalid as refusal:
            return await form_page(request, caller, assignment_id, "hand_back.html", form.refused(refusal), 422)
        except Refusal as refusal:  # it is no longer theirs to change: say so over what they have
            return await volunteering.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect("/")


async def _with_photos(request: Request, form: Form, doors: Doors, assignment_id: str, caller: Caller) -> Form:
    """The report's form with the photos that came along kept and named, beside those kept before. Raises as
    ``Doors.keep_photo``; what was kept until then stays kept, and the form shows it."""
    named = form.values.get("photos[]", ())
    async with request.form() as parts:  # its files are closed here
        for sent in parts.getlist("photo"):
            if isinstance(sent, UploadFile) and sent.size:
                named = (*named, await doors.keep_photo(assignment_id, caller, await sent.read()))
    return replace(form, values={**form.values, "photos[]": tuple(dict.fromkeys(named))}, files={})
