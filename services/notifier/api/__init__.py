"""Notifier's JSON doors: letterboxes for people, notices, events, streams and dead letters for ops."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime

from services.notifier.access import Doors
from services.notifier.access.owning import Owner
from services.notifier.api.audit import audit_doors
from services.notifier.api.dead_letters import dead_letter_doors
from services.notifier.api.preferences import preference_doors
from services.notifier.commands import ReadNotice
from services.notifier.queries import EventFilter
from services.notifier.queries.digests import DigestView
from services.notifier.queries.journey_views import JourneyView
from services.notifier.queries.views import BoardView, EventView, LetterView, NoticeView, StreamView
from services.notifier.queries.watching import WatchView
from services.notifier.use_cases.confirming import EVENTS
from services.notifier.use_cases.reading import read_notices
from shared.contracts.words import Role
from shared.web.callers import require
from shared.web.i18n import current_reader
from shared.web.live import EventSourceResponse, ServerSentEvent, follow
from shared.web.paging import After, Limit, Page
from shared.web.rules import ANYBODY, under

LIVE_PAGE = 200


def _wanted(
    subject: Annotated[str, Query(max_length=300, description="A subject, or a pattern as NATS writes it.")] = "",
    since: Annotated[AwareDatetime | None, Query(description="Domain time.")] = None,
    order: Annotated[str | None, Query(max_length=100, description="An order's id or reference.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words in the body.")] = None,
) -> EventFilter:
    wanted = EventFilter(subject, since, order, q)
    wanted.conditions()  # an invalid pattern is refused here, before a live answer begins
    return wanted


Wanted = Annotated[EventFilter, Depends(_wanted)]


def make_router(doors: Doors) -> APIRouter:
    """The routes of contract.md, section notifier."""
    router = APIRouter(prefix="/api")
    router.include_router(_letterbox(doors))
    router.include_router(preference_doors(doors))
    router.include_router(_operations(doors))
    router.include_router(dead_letter_doors(doors))
    router.include_router(audit_doors(doors))
    router.include_router(_board(doors))
    return router


def _board(doors: Doors) -> APIRouter:
    router = APIRouter(tags=["board"])

    @router.get("/board")
    @under(ANYBODY)
    async def board(
        area: Annotated[str | None, Query(max_length=100, description="A community, or an area above.")] = None,
        service: Annotated[str | None, Query(max_length=100)] = None,
        month: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}$", description="Such as 2026-11.")] = None,
    ) -> BoardView:
        """Public closing figures; small ones are withheld. No sign-in."""
        return await doors.board.board(area, service, month)

    return router


def _letterbox(doors: Doors) -> APIRouter:
    router = APIRouter(prefix="/letterbox", tags=["letterbox"])

    @router.get("")
    async def letterbox(owner: Owner, cursor: After = None, limit: Limit = 50) -> Page[LetterView]:
        """My notices, newest first."""
        return await doors.notices.letterbox(owner, cursor, limit, current_reader())

    @router.post("/{notice_id}/read")
    async def read(owner: Owner, notice_id: str) -> LetterView:
        """I have read it. Another's notice does not exist."""
        await doors.writer.do(read_notices, ReadNotice(notice_id, owner))
        return await doors.notices.letter(notice_id, current_reader())

    return router


def _operations(doors: Doors) -> APIRouter:
    router = APIRouter(tags=["operations"], dependencies=[Depends(require(Role.OPS))])

    @router.get("/notices")
    async def notices(
        order: Annotated[str | None, Query(max_length=100, description="An order's id or reference.")] = None,
        kind: Annotated[str | None, Query(max_length=100)] = None,
        cursor: After = None,
        limit: Limit = 50,
    ) -> Page[NoticeView]:
        """Message intents with their deliveries, newest first."""
        return await doors.notices.notices(order, kind, cursor, limit)

    @router.get("/events")
    async def events(
        wanted: Wanted,
        cursor: After = None,
        limit: Limit = 50,
        newest: Annotated[bool, Query(description="Newest first.")] = False,
    ) -> Page[EventView]:
        """Stored events in the order they were heard."""
        return await doors.events.page(wanted, cursor, limit, newest=newest)

    @router.get("/events/live", response_class=EventSourceResponse)
    async def live(wanted: Wanted, request: Request) -> AsyncIterator[ServerSentEvent]:
        """Events from now on as they are heard; after a break, from the last one seen (``Last-Event-ID``)."""
        start = await doors.events.last_position()

        async def read(last: str) -> list[ServerSentEvent]:
            place = int(last) if last.isascii() and last.isdecimal() and len(last) < 19 else start
            found = await doors.events.after(wanted, place, LIVE_PAGE)
            return [ServerSentEvent(data=one.model_dump(mode="json"), id=str(one.position)) for one in found]

        async for event in follow(request, EVENTS, read):
            yield event

    @router.get("/journeys/{reference}")
    async def journey(reference: str) -> JourneyView:
        """One order's events, notices, clocks and traces in order; by its reference or its id."""
        return await doors.journeys.of(reference)

    @router.get("/digest")
    async def digest(
        week: Annotated[str | None, Query(max_length=20, description="Such as 2026-W47; the last whole one.")] = None,
    ) -> DigestView:
        """One week in figures: orders, outcomes, minutes, messages."""
        return await doors.digests.of(week, doors.now())

    @router.get("/watch")
    async def watch() -> WatchView:
        """What to look at now, who holds most, and how the last seven days went."""
        return await doors.watch.look(doors.now())

    @router.get("/streams")
    async def streams() -> Page[StreamView]:
        """Streams and consumers as the broker tells it; 503 while it is away."""
        return Page(items=await doors.streams.streams(datetime.now(UTC)))

    return router
