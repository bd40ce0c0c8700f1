"""The other side of a mediation answers on their own page of the order."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.access.concerned import give_consent
from services.intake.commands.concerning import Answer
from services.intake.pages.following import Following
from services.intake.queries import OrderFound
from shared.community.definition import Community
from shared.contracts.refusal import Refusal
from shared.web.errors import status_of
from shared.web.forms import posted
from shared.web.templating import Pages, redirect

_MOMENTS = ("window.from", "window.to")


def consenting_routes(doors: Doors, rules: Community, pages: Pages) -> APIRouter:
    """``/orders/{reference}/consent``."""
    router = APIRouter(prefix="/orders/{reference}")
    following = Following(doors, rules, pages)
    concerned: Any = Depends(doors.order_concerned)  # a default: annotations see no names of this function

    @router.post("/consent")
    async def consent(request: Request, found: OrderFound = concerned) -> Response:
        form = await posted(request)
        try:
            await give_consent(doors, found, form.read(Answer, moments=_MOMENTS))
        except Refusal as refusal:
            return await following.page(request, found, form.refused(refusal), status_of(refusal))
        return redirect(f"/orders/{found.reference}")

    return router
