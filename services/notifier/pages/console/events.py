"""Events as they happen: a live tail that can be paused and filtered, and each event in full."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from services.notifier.access.console import ConsoleDoors
from services.notifier.pages.console.window import Window
from services.notifier.queries import EventFilter
from services.notifier.queries.views import EventView
from services.notifier.use_cases.confirming import EVENTS
from shared.contracts.refusal import FieldError, Invalid, NotFound, Refusal
from shared.web.callers import OpsCaller, find_caller
from shared.web.errors import status_of
from shared.web.forms import Form
from shared.web.i18n import current_reader, msgid
from shared.web.live import EventSourceResponse, ServerSentEvent, follow, mark_of

ROWS = 50
LUMP_SECONDS = 0.5
"""A busy system is shown in lumps: nobody reads faster, and the tail must not slow what it watches."""


class NoSuchTime(Invalid):
    """It is not written as a browser's field of date and time writes it."""

    title = "There is no such time"


@dataclass(frozen=True)
class Sought:
    """What is looked for; the addresses of this page carry it on. ``since``: local time, as a browser's
    field has it.
    """

    subject: str
    order: str
    q: str
    since: str

    @property
    def filter(self) -> EventFilter:
        """As the index takes it. Raises ``NoSuchTime``."""
        return EventFilter(self.subject, self._since, self.order or None, self.q or None)

    @property
    def _since(self) -> datetime | None:
        if not self.since:
            return None
        try:
            return datetime.fromisoformat(self.since).replace(tzinfo=current_reader().zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise NoSuchTime(errors=[FieldError("/since", msgid("Such as 2026-11-23T09:30"))]) from None

    @property
    def told(self) -> dict[str, str]:
        """What was typed."""
        return {"subject": self.subject, "order": self.order, "q": self.q, "since": self.since}

    def address(self, path: str, **more: str) -> str:
        """A path with what is looked for."""
        query = urlencode({name: text for name, text in (self.told | more).items() if text})
        return f"{path}?{query}" if query else path


def sought(
    subject: Annotated[str, Query(max_length=300)] = "",
    order: Annotated[str, Query(max_length=100)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    since: Annotated[str, Query(max_length=40)] = "",
) -> Sought:
    """Dependency: what is looked for."""
    return Sought(subject.strip(), order.strip(), q.strip(), since.strip())


Wanted = Annotated[Sought, Depends(sought)]
Cursor = Annotated[str | None, Query(max_length=1000)]


class Tail:
    """Shows the newest events."""

    def __init__(self, doors: ConsoleDoors, window: Window) -> None:
        self._doors = doors
        self._window = window

    async def page(self, request: Request, wanted: Sought, cursor: str | None, *, paused: bool) -> Response:
        """The tail; what cannot be looked for is said beside the field, over an empty list."""
        form = Form.blank(wanted.told)
        status, rows = 200, Markup()
        try:
            rows = await self.rows(wanted, cursor)
        except Refusal as refusal:
            form, status = form.refused(refusal), status_of(refusal)
        is_live = not paused and cursor is None and status == 200
        context: dict[str, Any] = {"form": form, "rows": rows, "wanted": wanted, "is_live": is_live}
        return await self._window.show(request, "events.html", status=status, mark=mark_of(rows), **context)

    async def rows(self, wanted: Sought, cursor: str | None = None) -> Markup:
        """One page of events, the newest first."""
        page = await self._doors.events.page(wanted.filter, cursor, ROWS, newest=True)
        older = wanted.address("/", cursor=page.next) if page.next else ""
        return self._window.part(
            "event_rows.html", events=page.items, older=older, wanted=wanted, full=len(page.items) == ROWS
        )

    async def event(self, position: int) -> EventView:
        """One event by its place in the index. Raises ``NotFound``."""
        found = await self._doors.events.after(EventFilter(), position - 1, 1)
        if not found or found[0].position != position:
            raise NotFound
        return found[0]


def event_routes(doors: ConsoleDoors, window: Window) -> APIRouter:
    """``/``, its live rows, and ``/events/{position}``."""
    router = APIRouter()
    tail = Tail(doors, window)

    @router.get("/")
    async def events(
        request: Request, _ops: OpsCaller, wanted: Wanted, cursor: Cursor = None, paused: bool = False
    ) -> Response:
        return await tail.page(request, wanted, cursor, paused=paused)

    @router.get("/live", response_class=EventSourceResponse)
    async def live(
        request: Request, _ops: OpsCaller, wanted: Wanted, after: str = ""
    ) -> AsyncIterator[ServerSentEvent]:
        async def read(last: str) -> list[ServerSentEvent]:
            if await find_caller(request) is None:  # signed out meanwhile, in another window
                return []
            rows = await tail.rows(wanted)
            mark = mark_of(rows)
            return [] if mark == (last or after) else [ServerSentEvent(raw_data=rows, id=mark)]

        async for event in follow(request, EVENTS, read, at_most_every=LUMP_SECONDS):
            yield event

    @router.get("/events/{position}")
    async def event(request: Request, _ops: OpsCaller, position: int) -> Response:
        found = await tail.event(position)
        body = json.dumps(found.data, ensure_ascii=False, indent=2)
        return await window.show(request, "event.html", event=found, body=body, of_order="order_id" in found.data)

    return router
