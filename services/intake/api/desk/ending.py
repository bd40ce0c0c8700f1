"""A verdict taken down by phone, a closing that the resident is asked for, and how orders ended."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from services.intake.access import Doors
from services.intake.access.ending import closings, propose_closing, record_answer, record_verdict, turn_away
from services.intake.commands import AnswerClosing, ProposeClosing, ReviewOrder, TurnAway
from services.intake.queries.calls import ClosingsView
from services.intake.queries.desk import DeskOrderView
from shared.identity.tokens import Caller

Where = Annotated[str | None, Query(max_length=64, description="An area at or below your own.")]
Since = Annotated[AwareDatetime | None, Query(description="Only what ended from then on.")]


def ending_routes(router: APIRouter, doors: Doors) -> None:
    """``/orders/{reference}/verdict``, ``/closing``, ``/spam``, and ``/closings``."""
    coordinator: Any = Depends(doors.coordinator)

    @router.post("/orders/{reference}/verdict")
    async def verdict(reference: str, body: ReviewOrder, caller: Caller = coordinator) -> DeskOrderView:
        """Take down what the resident said of a served order. 409 `recorded-by-server` for who served it."""
        found = await doors.order_within(reference, caller)
        return await record_verdict(doors, found, caller, body)

    @router.post("/orders/{reference}/closing")
    async def propose(reference: str, body: ProposeClosing, caller: Caller = coordinator) -> DeskOrderView:
        """See no way to fix it, say why, and ask the resident to let it end as not fixed. Silence is no yes."""
        found = await doors.order_within(reference, caller)
        return await propose_closing(doors, found, caller, body)

    @router.post("/orders/{reference}/closing/answer")
    async def answer(reference: str, body: AnswerClosing, caller: Caller = coordinator) -> DeskOrderView:
        """Take down the resident's yes or no. 409 for who served the order or proposed the closing."""
        found = await doors.order_within(reference, caller)
        return await record_answer(doors, found, caller, body)

    @router.post("/orders/{reference}/spam")
    async def spam(reference: str, body: TurnAway, caller: Caller = coordinator) -> DeskOrderView:
        """Close what was held to be looked at as spam; whoever placed it reads the reason. 409 `not-held-to-look`."""
        return await turn_away(doors, await doors.order_within(reference, caller), caller, body)

    @router.get("/closings")
    async def figures(area: Where = None, since: Since = None, caller: Caller = coordinator) -> ClosingsView:
        """How many orders ended with which outcome in an area and all below it, each outcome apart; in the last year,
        unless another beginning is said."""
        return await closings(doors, caller, area, since)
