"""The catalogue, placing, and an order's life by its tracking token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from services.intake.access import Doors
from services.intake.access.concerned import review, withdraw
from services.intake.access.ending import answer_closing
from services.intake.commands import AmendOrder, AnswerClosing, AnswerProposal, CancelOrder, PlaceOrder, ReviewOrder
from services.intake.policies.concerned import Right
from services.intake.queries import OrderFound
from services.intake.queries.explaining import ExplanationView
from services.intake.queries.views import AreaView, OrderView, PlacedView, ServiceView
from shared.web.callers import MaybeCaller
from shared.web.i18n import current_reader
from shared.web.live import EventSourceResponse, ServerSentEvent, follow
from shared.web.paging import Page
from shared.web.rules import ANYBODY, under

IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=200, pattern=r"^[ -~]+$")]


def order_routes(router: APIRouter, doors: Doors) -> None:
    """The catalogue, placing, and what a resident does with an order."""
    changing = doors.use_cases.changing
    # defaults, because a name of this function in an annotation would not be found and become a query parameter
    seen: Any = Depends(doors.order_seen)
    concerned: Any = Depends(doors.order_concerned)

    @router.get("/services")
    @under(ANYBODY)
    async def services() -> Page[ServiceView]:
        """The catalogue."""
        return Page(items=doors.views.catalogue(current_reader().language))

    @router.get("/areas")
    @under(ANYBODY)
    async def areas() -> AreaView:
        """The area tree."""
        return doors.views.areas(current_reader().language)

    @router.post("/orders", status_code=201)
    @under(ANYBODY)
    async def place_order(
        body: PlaceOrder, caller: MaybeCaller, response: Response, idempotency_key: IdempotencyKey = None
    ) -> PlacedView:
        """Place an order. 201 once the database has it, whether or not the broker is there. With a `channel`, a
        coordinator takes it down for somebody in their area who agreed to it (`consent.person`)."""
        placed = await doors.place(body, idempotency_key, doors.recorder(body, caller))
        response.headers["Location"] = f"/api/orders/{placed.reference}"
        return placed

    @router.get("/orders/{reference}")
    async def order(found: OrderFound = concerned) -> OrderView:
        """The order with its legs and timeline, to anybody who is concerned in it."""
        return await doors.view_for(found)

    @router.get("/orders/{reference}/explanation")
    async def explanation(found: OrderFound = concerned) -> ExplanationView:
        """Why the order has nobody yet: how many could be asked, how many are, and what stands in the way."""
        return await doors.explanation(doors.access.may(Right.EXPLAIN, found))

    @router.get("/orders/{reference}/live", response_class=EventSourceResponse)
    async def live(request: Request, found: OrderFound = concerned) -> AsyncIterator[ServerSentEvent]:
        """One event per change; each carries the order as it is then."""

        async def read(last: str) -> list[ServerSentEvent]:
            view = await doors.view_for(found)
            position = view.timeline[-1].position if view.timeline else 0
            if position <= (int(last) if last.isdecimal() and len(last) < 10 else 0):
                return []
            return [ServerSentEvent(data=view.model_dump(mode="json"), event="order", id=str(position))]

        async for event in follow(request, found.order_id, read, seldom=True):
            yield event

    @router.post("/orders/{reference}/amend")
    async def amend(body: AmendOrder, found: OrderFound = seen) -> OrderView:
        """Change window, urgency or words while the order is not served."""
        return await doors.change(changing.amend_orders, found, body)

    @router.post("/orders/{reference}/counter/{offer_id}")
    async def answer_proposal(offer_id: str, body: AnswerProposal, found: OrderFound = seen) -> OrderView:
        """Accept another time that a volunteer proposed, or keep one's own."""
        return await doors.answer_proposal(found, offer_id, accept=body.accept)

    @router.post("/orders/{reference}/cancel")
    async def cancel(body: CancelOrder | None = None, found: OrderFound = concerned) -> OrderView:
        """Withdraw the order, or leave somebody else's that one has joined; it goes on as long as somebody stays."""
        return await withdraw(doors, found, body or CancelOrder())

    @router.post("/orders/{reference}/review")
    async def review_order(body: ReviewOrder, found: OrderFound = concerned) -> OrderView:
        """Give the verdict: closes the order, or reopens it when it is not fixed. Of somebody who joined, and of a
        party, it is their own."""
        return await review(doors, found, body)

    @router.post("/orders/{reference}/closing")
    async def closing(body: AnswerClosing, found: OrderFound = seen) -> OrderView:
        """Let the order end as not fixed, as a coordinator proposed, or not; then it goes up one tier."""
        return await answer_closing(doors, found, body)
