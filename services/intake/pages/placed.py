"""An order that was placed a moment ago: its number, big, and its link as a picture for another phone."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.pages.following import holder_name
from services.intake.pages.telling import next_step_of
from services.intake.queries import OrderFound
from shared.community.definition import Community
from shared.web.i18n import current_reader, gettext
from shared.web.templating import Pages


def placed_pages(doors: Doors, rules: Community, pages: Pages) -> APIRouter:
    """``/orders/{reference}/placed``, for everybody concerned in the order."""
    router = APIRouter(prefix="/orders/{reference}")
    concerned: Any = Depends(doors.order_concerned)  # a default: annotations of routes see no names of this function

    @router.get("/placed")
    async def placed(request: Request, found: OrderFound = concerned) -> Response:
        order = await doors.view_for(found)
        shown: dict[str, Any] = {
            "order": order,
            "service_name": order.service_name.told_in(current_reader().language),
            "holder": holder_name(rules, order.holder, gettext("You")),
            "next_told": next_step_of(rules, order),
            "link": f"{str(request.base_url).rstrip('/')}/t/{doors.tracking.of(found.person_id)}",
        }
        return pages.render(request, "placed.html", **shown)

    return router
