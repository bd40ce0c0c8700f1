"""The invariants, looked at on demand: what was checked, what breaks it, and the command that checks the rest."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.notifier.access.console import ConsoleDoors
from services.notifier.pages.console.window import Window
from shared.web.callers import OpsCaller
from shared.web.templating import redirect

INVARIANTS = "/invariants"


def invariant_routes(doors: ConsoleDoors, window: Window) -> APIRouter:
    """``/invariants``; POST begins a check, which goes on while others look. Nothing is changed by it."""
    router = APIRouter()

    @router.get(INVARIANTS)
    async def invariants(request: Request, _ops: OpsCaller) -> Response:
        checking = doors.checking
        picture = await doors.standing.look()
        return await window.show(
            request, "invariants.html", check=checking.last, goes_on=checking.goes_on, picture=picture
        )

    @router.post(INVARIANTS)
    async def check(_request: Request, _ops: OpsCaller) -> Response:
        doors.checking.begin()
        return redirect(INVARIANTS)

    return router
