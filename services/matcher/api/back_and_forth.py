"""Figures of what came back, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import AwareDatetime

from services.matcher.access import Doors
from services.matcher.queries.back_and_forth import BackAndForth
from shared.web.callers import CoordinatorCaller


def back_and_forth_routes(router: APIRouter, doors: Doors) -> None:
    """Hand-backs and moves between levels."""

    @router.get("/hand-backs/figures", tags=["coordinators"])
    async def figures(
        caller: CoordinatorCaller, area: str | None = None, since: AwareDatetime | None = None
    ) -> BackAndForth:
        """How often orders of my area (placed since then, or in the last year) came back, by service and community and
        by department; and how often they moved between levels. Never by volunteer.
        """
        grids = doors.rules.areas.all_below(await doors.access.desk_areas(caller, area), "grid")
        return BackAndForth(
            items=await doors.queries.back_and_forth.figures(grids, since or doors.figures_since()),
            departments=await doors.queries.referrals.figures(grids, since or doors.figures_since()),
        )
