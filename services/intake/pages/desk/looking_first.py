"""What is held because it looks like spam: a coordinator reads it, and closes it with a reason or lets it go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.intake.access.ending import turn_away
from services.intake.commands import TurnAway
from services.intake.pages.desk.page import ADDRESS, DeskPage, Section, Seen
from services.intake.queries import OrderFound
from shared.identity.tokens import Caller
from shared.web.forms import Form

_LOOKING = "looking_first"


def looking_section() -> Section:
    """Shown while it is held, and once it was turned away."""

    async def shows(seen: Seen) -> Mapping[str, Any] | None:
        return {} if seen.order.look_first or seen.order.turned_away else None

    return Section(_LOOKING, shows)


def looking_pages(page: DeskPage) -> APIRouter:
    """``/spam`` below an order's page."""
    router = APIRouter(prefix=ADDRESS)

    @router.post("/spam")
    async def spam(request: Request, reference: str, caller: Caller = page.coordinator) -> Response:
        async def act(found: OrderFound, form: Form) -> None:
            await turn_away(page.doors, found, caller, form.read(TurnAway))

        return await page.take(request, caller, reference, _LOOKING, act)

    return router
