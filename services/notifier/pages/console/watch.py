"""What somebody should look at now; each row leads on to what it is about."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.notifier.access.console import ConsoleDoors
from services.notifier.pages.board import naming
from services.notifier.pages.console.window import Window
from shared.community.definition import Community
from shared.web.callers import OpsCaller
from shared.web.wording import place_name


def watch_routes(doors: ConsoleDoors, window: Window, rules: Community) -> APIRouter:
    """``/watch``."""
    router = APIRouter()
    named = naming(rules)

    def place(area: str) -> str:
        return place_name(rules.areas, area)

    @router.get("/watch")
    async def watch(request: Request, _ops: OpsCaller) -> Response:
        found = await doors.watch.look(doors.now())
        return await window.show(request, "watch.html", watch=found, named=named, place=place)

    return router
