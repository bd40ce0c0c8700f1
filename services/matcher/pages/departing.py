"""On the page of a volunteer's time: I am ill, and I leave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.commands import Command
from services.matcher.commands.departing import CorrectMe, EraseMe, FallIll, Leave
from services.matcher.use_cases.availing import Own
from shared.contracts.audit import Deed, What
from shared.contracts.refusal import Refusal
from shared.identity.acting import who_of
from shared.web.callers import VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import posted
from shared.web.templating import redirect


def departing_pages(router: APIRouter, page: Callable[..., Awaitable[Response]], doors: Doors) -> None:
    """One form for each; ``page`` shows the whole page again, with what was refused."""
    departing = doors.use_cases.departing

    async def take(
        request: Request, caller: VolunteerCaller, command: type[Command], use_case: Any, part: str = "kept"
    ) -> Response:
        form = await posted(request)
        try:
            await doors.do(use_case, Own(caller.subject, form.read(command, moments=("until",))))
        except Refusal as refusal:
            return await page(request, caller, form.refused(refusal), status_of(refusal), part)
        return redirect("/availability")

    @router.post("/availability/unwell")
    async def unwell(request: Request, caller: VolunteerCaller) -> Response:
        return await take(request, caller, FallIll, departing.fall_ill, "away")

    @router.get("/availability/copy")
    async def copy(caller: VolunteerCaller) -> Response:
        await doors.audit.note(Deed(who_of(caller), What.VIEWED, "", caller.subject))
        kept = await doors.queries.roster.me(caller.subject)
        headers = {"Content-Disposition": 'attachment; filename="paidan-personal.json"', "Cache-Control": "no-store"}
        return Response(kept.model_dump_json(indent=2), media_type="application/json", headers=headers)

    @router.post("/availability/correct")
    async def correct(request: Request, caller: VolunteerCaller) -> Response:
        return await take(request, caller, CorrectMe, doors.use_cases.forgetting.correct)

    @router.post("/availability/erase")
    async def erase(request: Request, caller: VolunteerCaller) -> Response:
        return await take(request, caller, EraseMe, doors.use_cases.forgetting.erase)

    @router.post("/availability/leave")
    async def leave(request: Request, caller: VolunteerCaller) -> Response:
        return await take(request, caller, Leave, departing.leave)
