"""How the last days went, as pictures and as tables; each figure leads on to the events it counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.notifier.access.console import ConsoleDoors
from services.notifier.pages.console.window import Window
from services.notifier.queries.figures import DayOfOrders
from shared.community.definition import Community
from shared.web.callers import OpsCaller

SPANS = (7, 30, 90)
WIDTH, HEIGHT = 640.0, 160.0
"""Of a picture, in its own units."""


class Line(NamedTuple):
    """One line of a picture: its points as SVG writes them. A day without a figure has none."""

    points: str
    dots: tuple[tuple[float, float, int], ...]


class Picture(NamedTuple):
    """Lines to one scale, whose top is ``most``."""

    most: int
    lines: tuple[Line, ...]


def figure_routes(doors: ConsoleDoors, window: Window, rules: Community) -> APIRouter:
    """``/figures``."""
    router = APIRouter()
    kinds = {kind.code: kind.name for kind in rules.areas.kinds}

    @router.get("/figures")
    async def figures(request: Request, _ops: OpsCaller, days: Annotated[int, Query(ge=1, le=90)] = 7) -> Response:
        counted = await doors.figures.of(days)
        found = counted.found
        context: dict[str, Any] = {
            "figures": found,
            "at": counted.at,
            "span": days,
            "spans": SPANS,
            "kinds": kinds,
            "orders": drawn([one.placed for one in found.days], [one.offers for one in found.days]),
            "minutes": [(step.step, _minutes(found.days, place)) for place, step in enumerate(found.steps)],
            "from_day": _from_day,
        }
        return await window.show(request, "figures.html", **context)

    return router


def drawn(*rows: Sequence[int | None]) -> Picture:
    """Rows of figures, a day each, as lines to one scale."""
    most = max([1, *(figure for row in rows for figure in row if figure is not None)])
    step = WIDTH / max(1, max(len(row) for row in rows) - 1)
    lines = []
    for row in rows:
        dots = tuple(
            (round(place * step, 1), round(HEIGHT - figure / most * HEIGHT, 1), figure)
            for place, figure in enumerate(row)
            if figure is not None
        )
        lines.append(Line(" ".join(f"{x},{y}" for x, y, _ in dots), dots))
    return Picture(most, tuple(lines))


def _minutes(days: Sequence[DayOfOrders], place: int) -> Picture:
    return drawn([one.steps[place].p50 for one in days], [one.steps[place].p95 for one in days])


def _from_day(day: datetime) -> str:
    """How the events' filter takes an instant: local time, as a browser's field has it."""
    return f"{day:%Y-%m-%dT%H:%M}"
