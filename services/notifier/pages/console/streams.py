"""How the machinery stands: streams and their consumers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from services.notifier.access.console import ConsoleDoors
from services.notifier.pages.console.window import Window
from shared.contracts.refusal import Unavailable
from shared.web.callers import OpsCaller, find_caller
from shared.web.dates import duration
from shared.web.live import EventSourceResponse, ServerSentEvent, follow, mark_of

_CLOCKWORK = "streams"
"""A topic nobody announces: whoever watches it looks again every now and then."""


class StreamTables:
    """Shows how the broker stands."""

    def __init__(self, doors: ConsoleDoors, window: Window) -> None:
        self._doors = doors
        self._window = window

    async def tables(self) -> Markup:
        """Streams and consumers; without the broker, that it is away."""
        try:
            streams = await self._doors.streams.streams(datetime.now(UTC))
        except Unavailable:
            return self._window.part("stream_tables.html", streams=None, age=_age)
        return self._window.part("stream_tables.html", streams=streams, age=_age)


def stream_routes(doors: ConsoleDoors, window: Window) -> APIRouter:
    """``/streams``."""
    router = APIRouter()
    shown = StreamTables(doors, window)

    @router.get("/streams")
    async def streams(request: Request, _ops: OpsCaller) -> Response:
        tables = await shown.tables()
        return await window.show(request, "streams.html", tables=tables, mark=mark_of(tables))

    @router.get("/streams/live", response_class=EventSourceResponse)
    async def live(request: Request, _ops: OpsCaller, after: str = "") -> AsyncIterator[ServerSentEvent]:
        async def read(last: str) -> list[ServerSentEvent]:
            if await find_caller(request) is None:
                return []
            tables = await shown.tables()
            mark = mark_of(tables)
            return [] if mark == (last or after) else [ServerSentEvent(raw_data=tables, id=mark)]

        async for event in follow(request, _CLOCKWORK, read):
            yield event

    return router


def _age(seconds: float | None) -> str:
    return duration(timedelta(seconds=seconds)) if seconds is not None else "–"
