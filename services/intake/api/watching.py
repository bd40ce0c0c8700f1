"""Looks at contacts and alerts, for coordinators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.intake.access import Doors
from services.intake.access.watching import looks_page
from services.intake.queries.watched import WatchedView
from shared.identity.tokens import Caller
from shared.web.paging import After, Limit, Page

Where = Annotated[str | None, Query(max_length=64, description="An area at or below your own.")]


def watching_routes(router: APIRouter, doors: Doors) -> None:
    """``/looks``."""
    coordinator: Any = Depends(doors.coordinator)

    @router.get("/looks")
    async def looks(
        area: Where = None, cursor: After = None, limit: Limit = 50, caller: Caller = coordinator
    ) -> Page[WatchedView]:
        """Who was shown whose contact in an area and all below it, and what was alerted of, the newest first."""
        return await looks_page(doors, caller, area, cursor, limit)
