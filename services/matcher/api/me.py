"""A volunteer's own card."""

from __future__ import annotations

from fastapi import APIRouter

from services.matcher.access import Doors
from services.matcher.queries.views import MeView
from shared.web.callers import VolunteerCaller


def me_routes(router: APIRouter, doors: Doors) -> None:
    """What the roster knows of the caller."""

    @router.get("/me", tags=["volunteers"])
    async def me(caller: VolunteerCaller) -> MeView:
        """My own card."""
        return await doors.queries.me(caller.subject)
