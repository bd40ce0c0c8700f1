"""What somebody should look at now; each row leads on to what it is about."""

from __future__ import annotations

from typing import Any

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
    named, skills = naming(rules), {skill.code: skill.name for skill in rules.skills}

    def place(area: str) -> str:
        return place_name(rules.areas, area)

    @router.get("/watch")
    async def watch(request: Request, _ops: OpsCaller) -> Response:
        counted = await doors.watch.of("")
        context: dict[str, Any] = {
            "watch": counted.found,
            "at": counted.at,
            "named": named,
            "place": place,
            "skills": skills,
        }
        return await window.show(request, "watch.html", **context)

    return router
