"""What somebody should look at now, and how the last days went; each figure leads on to what it counts."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.notifier.access import Doors
from services.notifier.pages.board import naming
from services.notifier.queries.watching import DayOfOrders
from shared.community.definition import Community
from shared.web.callers import OpsCaller
from shared.web.templating import Pages
from shared.web.wording import place_name

HEIGHT = 100.0
"""Of the tallest bar, in the picture's own units."""


def watch_routes(doors: Doors, pages: Pages, rules: Community) -> APIRouter:
    """``/watch``."""
    router = APIRouter()
    named = naming(rules)

    def place(area: str) -> str:
        return place_name(rules.areas, area)

    kinds = {kind.code: kind.name for kind in rules.areas.kinds}

    @router.get("/watch")
    async def watch(request: Request, _ops: OpsCaller) -> Response:
        found = await doors.watch.look(doors.now())
        context: dict[str, Any] = {
            "watch": found,
            "bars": bars(found.days),
            "named": named,
            "place": place,
            "kinds": kinds,
        }
        return pages.render(request, "watch.html", **context)

    return router


def bars(days: list[DayOfOrders]) -> list[tuple[DayOfOrders, float, float]]:
    """Each day with the heights of its orders and its offers, both to one scale."""
    most = max([1, *(one.placed for one in days), *(one.offers for one in days)])
    return [(one, one.placed / most * HEIGHT, one.offers / most * HEIGHT) for one in days]
