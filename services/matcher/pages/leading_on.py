"""From the desk on to intake's pages, which know who ordered and what was said."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from shared.contracts.refusal import NotFound
from shared.web.callers import CoordinatorCaller
from shared.web.handover import LeadingOn
from shared.web.i18n import gettext, msgid

_ORDER, _OPEN = msgid("Order %(reference)s"), msgid("Open the order")
_CALLS, _SHOW = msgid("Calls to make"), msgid("Show them")
_ENTRY, _BEGIN = msgid("Take down an order for somebody"), msgid("Begin")


def leading_on_pages(doors: Doors, leading: LeadingOn) -> APIRouter:
    """``/orders/{reference}``, ``/entry``, ``/call-list``: each one button, which carries the session across."""
    router = APIRouter(include_in_schema=False)

    @router.get("/orders/{reference}")
    async def order(request: Request, reference: str, caller: CoordinatorCaller) -> Response:
        grid = await doors.queries.references.grid_of(reference)
        if grid is None or not doors.rules.areas.within(grid, await doors.access.areas_of(caller)):
            raise NotFound
        title = gettext(_ORDER) % {"reference": reference}
        return leading.page(request, caller, f"/desk/orders/{reference}", title, gettext(_OPEN))

    @router.get("/entry")
    async def entry(request: Request, caller: CoordinatorCaller) -> Response:
        doors.access.area_of(caller)
        return leading.page(request, caller, "/entry", gettext(_ENTRY), gettext(_BEGIN))

    @router.get("/call-list")
    async def calls(request: Request, caller: CoordinatorCaller) -> Response:
        doors.access.area_of(caller)
        return leading.page(request, caller, "/call-list", gettext(_CALLS), gettext(_SHOW))

    return router
