"""On to the pages of others: from the desk to intake's, which know who ordered and what was said, and for everybody to
their letterbox at notifier.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from shared.contracts.refusal import NotFound
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from shared.web.callers import CoordinatorCaller, require
from shared.web.handover import LeadingOn
from shared.web.i18n import gettext, msgid

_ORDER, _OPEN = msgid("Order %(reference)s"), msgid("Open the order")
_CALLS, _SHOW = msgid("Calls to make"), msgid("Show them")
_ENTRY, _BEGIN = msgid("Take down an order for somebody"), msgid("Begin")
_MESSAGES, _READ = msgid("My messages, and how I am reached"), msgid("Open my letterbox")
MessagesCaller = Annotated[Caller, Depends(require(Role.VOLUNTEER, Role.COORDINATOR, Role.DEPARTMENT))]


def leading_on_pages(doors: Doors, leading: LeadingOn, to_letterbox: LeadingOn) -> APIRouter:
    """``/orders/{reference}``, ``/entry``, ``/call-list`` and ``/messages``: each one button, which carries the session
    across.
    """
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

    @router.get("/messages")
    async def messages(request: Request, caller: MessagesCaller) -> Response:
        return to_letterbox.page(request, caller, "/letterbox", gettext(_MESSAGES), gettext(_READ))

    return router
