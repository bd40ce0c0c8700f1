"""The index of events: page by page, and what came after a place in it.

No page costs more for the index being long: a token of the subject, an order and an instant are found by indexes, and
words are looked for in so many events a page, whose cursor goes on where the looking ended.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.notifier.models import FollowedOrder, IndexedEvent
from services.notifier.policies.asking import WITHHELD, shown
from services.notifier.policies.subjects import tokens_of
from services.notifier.queries.views import EventView
from shared.contracts.envelope import NO_COMMUNITY, to_headers
from shared.persistence.engine import Database
from shared.web.paging import Page, cursor_of, page_of, place_of


@dataclass(frozen=True)
class EventFilter:
    """Which events: a pattern of subjects, not before an instant, of one order (id or reference), with words in
    the body."""

    subject: str = ""
    since: datetime | None = None
    order: str | None = None
    words: str | None = None

    def conditions(self, referred: Sequence[str] = ()) -> list[ColumnElement[bool]]:
        """As SQL; ``referred``: the ids of the order, where its reference is told. Raises ``PatternInvalid``."""
        found = [_token(token, wanted) for token, wanted in tokens_of(self.subject).items()]
        if self.since is not None:
            found.append(col(IndexedEvent.time) >= self.since)
        if self.order is not None:
            found.append(col(IndexedEvent.about).in_((self.order, *referred)))
        if self.words:
            found.append(col(IndexedEvent.body).icontains(self.words, autoescape=True))
            found.append(col(IndexedEvent.name).not_in(WITHHELD))  # a hit would say what is not shown
        return found


def _token(token: str, wanted: str) -> ColumnElement[bool]:
    if token == "major":  # noqa: S105 - a token of a subject
        return col(IndexedEvent.major) == int(wanted[1:])
    if token == "community" and wanted == NO_COMMUNITY:  # noqa: S105 - the same
        return col(IndexedEvent.community).is_(None)
    columns = {
        "publisher": col(IndexedEvent.publisher),
        "name": col(IndexedEvent.name),
        "community": col(IndexedEvent.community),
        "about": col(IndexedEvent.about),
    }
    return columns[token] == wanted


def first_since(since: datetime | None) -> Select[int | None]:
    """The position from which on events may be of that time or later; the index's first one for none."""
    if since is None:
        return select(func.min(col(IndexedEvent.position)))
    # added to nothing: else SQLite walks the table from its beginning to the first event of that time
    return select(func.min(col(IndexedEvent.position) + 0)).where(col(IndexedEvent.time) >= since)


async def _referred(session: AsyncSession, reference: str | None) -> Sequence[str]:
    """The ids of the order of a reference. Asked first: beside the events PostgreSQL would go through all of them."""
    if reference is None:
        return ()
    found = select(col(FollowedOrder.order_id)).where(col(FollowedOrder.reference) == reference)
    return (await session.scalars(found)).all()


MANY = 20_000
"""Where so many events are of a time or later, the newest of them are found from the end of the index."""


async def _many(session: AsyncSession, since: datetime | None) -> bool:
    if since is None:
        return False
    some = select(col(IndexedEvent.position)).where(col(IndexedEvent.time) >= since).limit(MANY + 1).subquery()
    return (await session.scalar(select(func.count()).select_from(some)) or 0) > MANY


NAMED_IN_TIME = col(IndexedEvent.name).concat("")
"""An event's name where a span of time is what narrows most: SQLite, which knows no counts, would go by the name's own
index and look at the time of each such event there ever was.
"""


class EventQueries:
    """Reads the index of events. ``searched``: in so many events one page looks for words."""

    def __init__(self, database: Database, searched: int) -> None:
        self._database = database
        self._searched = searched

    async def page(self, only: EventFilter, cursor: str | None, limit: int, *, newest: bool) -> Page[EventView]:
        """Events in the order they were heard; with ``newest`` the other way round.

        A page of a search for words may hold fewer than there are, even none, and have a ``next`` all the same.
        """
        position = col(IndexedEvent.position)
        place = int(place_of(cursor, int)[0] or 0) if cursor is not None else None
        async with self._database.reading() as session:
            bounds = await self._bounds(session, only, place, newest=newest)
            if bounds is None:
                return Page(items=[])
            first, last, over = bounds
            wanted = only.conditions(await _referred(session, only.order))
            found = select(IndexedEvent).where(*wanted, position >= first, position <= last)
            found = found.order_by(position.desc() if newest else position).limit(limit + 1)
            rows = (await session.scalars(found)).all()
        page = page_of(rows, limit, event_view, lambda row: (row.position,))
        if page.next is None and not over:
            page.next = cursor_of((first if newest else last,))
        return page

    async def _bounds(
        self, session: AsyncSession, only: EventFilter, place: int | None, *, newest: bool
    ) -> tuple[int, int, bool] | None:
        """The first and the last position a page looks at, and whether nothing lies beyond; None for an empty index."""
        position = col(IndexedEvent.position)
        since = None if newest and await _many(session, only.since) else only.since
        first = await session.scalar(first_since(since))
        last = await session.scalar(select(func.max(position)))
        if first is None or last is None:
            return None
        if place is not None:
            first, last = (first, min(last, place - 1)) if newest else (max(first, place + 1), last)
        if not only.words or last - first < self._searched:
            return first, last, True
        return (last - self._searched + 1, last, False) if newest else (first, first + self._searched - 1, False)

    async def after(self, only: EventFilter, position: int, most: int) -> list[EventView]:
        """What was heard after a position, in order."""
        place = col(IndexedEvent.position)
        async with self._database.reading() as session:
            wanted = only.conditions(await _referred(session, only.order))
            found = select(IndexedEvent).where(*wanted, place > position).order_by(place).limit(most)
            return [event_view(row) for row in await session.scalars(found)]

    async def last_position(self) -> int:
        """Where the index ends; 0 while it is empty."""
        async with self._database.reading() as session:
            return await session.scalar(select(func.max(col(IndexedEvent.position)))) or 0


def event_view(row: IndexedEvent) -> EventView:
    """One event as ops see it."""
    headers = to_headers(row.type, row.about, event_id=row.event_id, time=row.time, traceparent=row.traceparent)
    return EventView(
        position=row.position or 0,
        event_id=row.event_id,
        type=row.type,
        subject=row.subject,
        source=headers["ce-source"],
        about=row.about,
        version=row.version,
        time=row.time,
        headers=headers,
        data=shown(row.name, json.loads(row.body)),
    )
