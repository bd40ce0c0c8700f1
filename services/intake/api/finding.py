"""A resident who lost the number finds the orders of their phone by one-time code."""

from __future__ import annotations

from fastapi import APIRouter, Request

from services.intake.access import Doors
from services.intake.access.finding import CodeAskedView, FoundOrdersView, address_of
from services.intake.commands.finding import FindOrders, OpenOrders
from shared.web.i18n import current_reader
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, under


def finding_routes(router: APIRouter, doors: Doors) -> None:
    """Asking for a code, and what it opens."""

    @router.post("/orders/find", status_code=202)
    @under(ANYBODY)
    async def ask_code(body: FindOrders, request: Request) -> CodeAskedView:
        """Have a code sent to a mobile phone whose orders are lost. The answer is the same whether or not there are
        any; `claim` goes with the code, and is good for the code alone. 429 once too many were asked for in an hour."""
        return await doors.finder.ask(body, address_of(request), current_reader().language)

    @router.post("/orders/find/verify", responses={401: {}})
    @under(BEARER_OF_A_SECRET)
    async def open_orders(body: OpenOrders) -> FoundOrdersView:
        """The orders of the phone, those it joined as well, the newest first, each with the token that opens it. 401
        for a code that is wrong, used, older than its minutes or somebody else's; 429 once it was mistyped too often.
        """
        return await doors.finder.open(body)
