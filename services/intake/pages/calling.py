"""The call list: whom to call, what to say, and what came of it. Works on paper too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.access.ending import calls_page, log_call, reveal_call
from services.intake.commands import LogCall
from services.intake.queries.calls import ToCallView
from shared.community.definition import Community
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import CallPurpose, CallResult
from shared.identity.tokens import Caller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader, gettext, msgid
from shared.web.paging import MOST
from shared.web.templating import Pages, redirect
from shared.web.wording import WORDS, place_name

Where = Annotated[str | None, Query(max_length=64)]
Cursor = Annotated[str | None, Query(max_length=1000)]

ON_PAPER = 20
"""So many calls are on one sheet: names on paper are not to lie around."""

_RESULTS: Mapping[CallResult, str] = {
    CallResult.REACHED: msgid("Reached"),
    CallResult.NO_ANSWER: msgid("Nobody answered"),
    CallResult.WRONG_NUMBER: msgid("The number is wrong"),
}


def result_name(result: str) -> str:
    """What came of a call, in the reader's language."""
    return gettext(_RESULTS[CallResult(result)])


def calling_pages(doors: Doors, rules: Community, pages: Pages) -> APIRouter:
    """``/call-list`` and ``/calls/{call_id}``."""
    router = APIRouter()
    coordinator: Any = Depends(doors.coordinator)

    async def show(request: Request, caller: Caller, call_id: str, form: Form, status: int = 200) -> Response:
        """Name, number and words: behind a button, and recorded."""
        call = await reveal_call(doors, call_id, caller)
        shown = {"call": call, "form": form, "say": _say(call), "place": place_name(rules.areas, call.area)}
        return pages.render(request, "call.html", status=status, results=_results(), **shown)

    @router.get("/call-list")
    async def call_list(
        request: Request, area: Where = None, cursor: Cursor = None, caller: Caller = coordinator
    ) -> Response:
        listed = await calls_page(doors, caller, area, cursor, MOST)
        places = {call.area: place_name(rules.areas, call.area) for call in listed.items}
        shown: dict[str, Any] = {"rows": listed.items, "following": listed.next, "area": area, "places": places}
        return pages.render(request, "call_list.html", result_name=result_name, event_name=WORDS["event_name"], **shown)

    @router.post("/call-list/paper")
    async def paper(request: Request, area: Where = None, caller: Caller = coordinator) -> Response:
        """The first calls with names and numbers, to be printed; each name is recorded as one that was shown."""
        listed = await calls_page(doors, caller, area, None, ON_PAPER)
        calls = [await _revealed(doors, row.call_id, caller) for row in listed.items]
        places = {call.area: place_name(rules.areas, call.area) for call in listed.items}
        shown: dict[str, Any] = {"rows": [call for call in calls if call], "places": places, "now": doors.clock.now()}
        return pages.render(request, "call_paper.html", say=_say, results=_results(), **shown)

    @router.post("/calls/{call_id}/reveal")
    async def reveal(request: Request, call_id: str, caller: Caller = coordinator) -> Response:
        return await show(request, caller, call_id, Form.blank())

    @router.post("/calls/{call_id}/result")
    async def result(request: Request, call_id: str, caller: Caller = coordinator) -> Response:
        form = await posted(request)
        try:
            await log_call(doors, call_id, caller, form.read(LogCall))
        except Refusal as refusal:
            return await show(request, caller, call_id, form.refused(refusal), status_of(refusal))
        return redirect("/call-list")

    return router


async def _revealed(doors: Doors, call_id: str, caller: Caller) -> ToCallView | None:
    """Whom to call; None for what is no longer needed."""
    try:
        return await reveal_call(doors, call_id, caller)
    except NotFound:
        return None


def _results() -> list[tuple[str, str]]:
    return [(result.value, gettext(text)) for result, text in _RESULTS.items()]


def _say(call: ToCallView) -> list[str]:
    """What to say, sentence by sentence."""
    service = call.service_name.told_in(current_reader().language)
    greeting = gettext("Good day, this is the community office. It is about your order %(reference)s, %(service)s.")
    said = [greeting % {"reference": call.reference, "service": service}]
    if call.purpose == CallPurpose.REVIEW:
        said.append(gettext("It was served. Is everything fixed, partly fixed, or not fixed?"))
        return [*said, gettext("If it is not fixed, it runs again under the same number.")]
    if call.about:
        said.append(WORDS["event_name"](call.about))
    return said
