"""Another time for the resident, and a second order for another matter."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Response

from services.intake.access import Doors
from services.intake.access.arranging import SplitView, correct_service, set_window, split_order
from services.intake.commands import CorrectService, SetWindow, SplitOrder
from services.intake.queries.desk import DeskOrderView
from shared.contracts.words import Window
from shared.identity.tokens import Caller

IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=150, pattern=r"^[ -~]+$")]


def arranging_routes(router: APIRouter, doors: Doors) -> None:
    """``POST /orders/{reference}/window``, ``/service`` and ``/split``."""
    coordinator: Any = Depends(doors.coordinator)

    @router.post("/orders/{reference}/window")
    async def window(reference: str, body: Window, caller: Caller = coordinator) -> DeskOrderView:
        """Change when the resident is served, as they wish; they hear of it."""
        found = await doors.order_within(reference, caller)
        return await set_window(doors, found, SetWindow(window=body), caller)

    @router.post("/orders/{reference}/service")
    async def service(reference: str, body: CorrectService, caller: Caller = coordinator) -> DeskOrderView:
        """Say which service the order's words asked for, so that suggestions learn it; the order's own takes it back.
        The order stays as it is: a second one is made by `/split`. 409 `no-words-kept`
        where none are kept."""
        return await correct_service(doors, await doors.order_within(reference, caller), body, caller)

    @router.post("/orders/{reference}/split", status_code=201)
    async def split(
        reference: str,
        body: SplitOrder,
        response: Response,
        idempotency_key: IdempotencyKey = None,
        caller: Caller = coordinator,
    ) -> SplitView:
        """Make a second order for the same resident, with its own number; they get its tracking link by notice."""
        found = await doors.order_within(reference, caller)
        made = await split_order(doors, found, body, caller, idempotency_key)
        response.headers["Location"] = f"/api/desk/orders/{made.reference}"
        return made
