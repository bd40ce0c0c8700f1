"""Why it takes so long: how the search for somebody stands, as far as it may be told."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.policies.concerned import Right
from services.intake.queries import OrderFound
from shared.web.templating import Pages


def explaining_routes(doors: Doors, pages: Pages) -> APIRouter:
    """``/orders/{reference}/why``."""
    router = APIRouter(prefix="/orders/{reference}")
    seen: Any = Depends(doors.order_concerned)  # a default: annotations of routes see no names of this function

    @router.get("/why")
    async def why(request: Request, found: OrderFound = seen) -> Response:
        return pages.render(request, "why.html", why=await doors.explanation(doors.access.may(Right.EXPLAIN, found)))

    return router
