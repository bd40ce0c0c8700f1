"""People's own data over JSON (PIPL 45 to 47): view and take along, correct, erase."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from services.intake.access.personal import OwnRecords
from services.intake.commands.forgetting import CorrectPersonal, ErasePersonal
from services.intake.queries import OrderFound
from services.intake.queries.personal import PersonalView, PersonalViews
from shared.web.callers import bearer_of
from shared.web.rules import BEARER_OF_A_SECRET, under


def personal_routes(own: OwnRecords) -> APIRouter:
    """By an order's tracking token; and by the ``personal_token`` that entering a phone's code gives."""
    router = APIRouter(prefix="/api", tags=["personal data"])
    concerned: Any = Depends(own.doors.order_concerned)

    @router.get("/orders/{reference}/personal")
    async def view(found: OrderFound = concerned) -> PersonalView:
        """Everything that is kept of me in this order, to read and to take along."""
        return await own.view(found)

    @router.post("/orders/{reference}/personal")
    async def correct(body: CorrectPersonal, found: OrderFound = concerned) -> PersonalView:
        """Put my name or number right. 409 once nothing is kept."""
        return await own.correct(found, body)

    @router.post("/orders/{reference}/personal/erase")
    async def erase(_body: ErasePersonal, found: OrderFound = concerned) -> PersonalView:
        """Erase me from this order; its course stays, with nobody in it. 409 while it is open."""
        return await own.erase(found)

    @router.get("/personal", responses={401: {}, 404: {}})
    @under(BEARER_OF_A_SECRET)
    @under(BEARER_OF_A_SECRET)
    async def of_phone(request: Request) -> PersonalViews:
        """Everything that is kept under the phone whose code was entered, to read and to take along."""
        return await own.of_phone(bearer_of(request))

    @router.post("/personal/erase", responses={401: {}, 404: {}})
    @under(BEARER_OF_A_SECRET)
    @under(BEARER_OF_A_SECRET)
    async def erase_phone(_body: ErasePersonal, request: Request) -> PersonalViews:
        """Erase me from every order of the phone. 409 while one of them is open: nothing is erased then."""
        return await own.erase_phone(bearer_of(request))

    return router
