"""How the order ends: the resident's word taken down, a closing they are asked for, and who was called so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.access.ending import propose_closing, record_answer, record_verdict
from services.intake.commands import AnswerClosing, ProposeClosing, ReviewOrder
from services.intake.pages.calling import result_name
from services.intake.pages.desk.page import ADDRESS, DeskPage, Section, Seen
from services.intake.pages.reviewing import ratings
from services.intake.policies.lifecycle import OPEN
from services.intake.queries import OrderFound
from shared.contracts.words import OrderState, Role
from shared.identity.tokens import Caller
from shared.web.forms import Form

_ENDING = "ending"


def ending_section(doors: Doors) -> Section:
    """Calls that were made, the verdict's form once it is done, the closing's while a coordinator holds it."""

    async def shows(seen: Seen) -> Mapping[str, Any] | None:
        order = seen.order
        owed, made = await doors.calls.of_order(order.order_id, doors.clock.now())
        done = order.state == OrderState.DONE
        unserved = OrderState(order.state) in OPEN - {OrderState.DONE}
        with_coordinator = order.holder is not None and order.holder.role == Role.COORDINATOR
        can_propose = unserved and with_coordinator and order.closing is None
        if not (owed or made or done or can_propose or order.closing):
            return None
        context = {"owed": owed, "made": made, "result_name": result_name, "ratings": ratings()}
        return {**context, "can_judge": done, "can_propose": can_propose}

    return Section(_ENDING, shows)


def ending_pages(page: DeskPage) -> APIRouter:
    """``/verdict``, ``/closing`` and ``/closing/answer`` below an order's page."""
    router = APIRouter(prefix=ADDRESS)

    @router.post("/verdict")
    async def verdict(request: Request, reference: str, caller: Caller = page.coordinator) -> Response:
        async def act(found: OrderFound, form: Form) -> None:
            await record_verdict(page.doors, found, caller, form.read(ReviewOrder))

        return await page.take(request, caller, reference, _ENDING, act)

    @router.post("/closing")
    async def propose(request: Request, reference: str, caller: Caller = page.coordinator) -> Response:
        async def act(found: OrderFound, form: Form) -> None:
            await propose_closing(page.doors, found, caller, form.read(ProposeClosing))

        return await page.take(request, caller, reference, _ENDING, act)

    @router.post("/closing/answer")
    async def answer(request: Request, reference: str, caller: Caller = page.coordinator) -> Response:
        async def act(found: OrderFound, form: Form) -> None:
            await record_answer(page.doors, found, caller, form.read(AnswerClosing))

        return await page.take(request, caller, reference, _ENDING, act)

    return router
