"""The resident answers on the order's page whether it may end as not fixed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.access.ending import answer_closing
from services.intake.commands import AnswerClosing
from services.intake.queries import OrderFound
from shared.web.forms import posted
from shared.web.templating import redirect


def closing_pages(doors: Doors) -> APIRouter:
    """``POST /orders/{reference}/closing``."""
    router = APIRouter()
    seen: Any = Depends(doors.order_seen)  # a default: annotations of routes see no names of this function

    @router.post("/orders/{reference}/closing")
    async def closing(request: Request, found: OrderFound = seen) -> Response:
        await answer_closing(doors, found, (await posted(request)).read(AnswerClosing))
        return redirect(f"/orders/{found.reference}")

    return router
