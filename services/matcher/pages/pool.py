"""The pool: open orders a volunteer may ask for, one button each."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.use_cases.pooling import Take
from shared.contracts.refusal import Refusal
from shared.contracts.words import Urgency
from shared.identity.tokens import Caller
from shared.web.callers import VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import Form
from shared.web.templating import Pages, redirect
from shared.web.wording import place_name

MOST_SHOWN = 50


class Pool:
    """Shows volunteers what they may ask for."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def page(self, request: Request, caller: Caller, form: Form | None = None, status: int = 200) -> Response:
        """The open orders; ``form`` carries what was refused a moment ago."""
        now = self._doors.clock.now()
        return self._pages.render(
            request,
            "pool.html",
            status=status,
            rows=await self._doors.queries.pool.legs(caller.subject, now, MOST_SHOWN),
            form=form or Form.blank(),
            now=now,
            place=self._place,
            draws=self._draws,
        )

    def _draws(self, urgency: str) -> int:
        """How many minutes a draw lasts; 0: the first yes wins."""
        return self._doors.rules.clocks.of(Urgency(urgency)).draw_minutes

    def _place(self, area: str) -> str:
        return place_name(self._doors.rules.areas, area)


def pool_pages(pool: Pool, doors: Doors) -> APIRouter:
    """``/pool``, and a form for each open order."""
    router = APIRouter()

    @router.get("/pool")
    async def page(request: Request, caller: VolunteerCaller) -> Response:
        return await pool.page(request, caller)

    @router.post("/pool/{leg_id}/take")
    async def take(request: Request, leg_id: str, caller: VolunteerCaller) -> Response:
        try:
            taken = await doors.do(doors.use_cases.pooling.take_legs, Take(leg_id, caller.subject))
        except Refusal as refusal:
            return await pool.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect(f"/?said={taken.state}")

    return router
