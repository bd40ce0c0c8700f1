"""One order's journey as a timeline: what happened, who was told over which channel, and what is still to come."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.notifier.access.console import ConsoleDoors
from services.notifier.pages.console.window import Window
from shared.community.definition import Community
from shared.web.callers import OpsCaller
from shared.web.wording import place_name


def journey_routes(doors: ConsoleDoors, window: Window, rules: Community) -> APIRouter:
    """``/journeys/{reference}``."""
    router = APIRouter()

    @router.get("/journeys/{reference}")
    async def journey(request: Request, _ops: OpsCaller, reference: str) -> Response:
        found = await doors.journeys.of(reference)
        now = datetime.now(UTC)

        def place(area: str) -> str:
            return place_name(rules.areas, area)

        return await window.show(request, "journey.html", journey=found, place=place, now=now)

    return router
