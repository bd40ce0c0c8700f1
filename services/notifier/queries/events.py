"""The index of events: page by page, and what came after a place in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import col

from services.notifier.models import FollowedOrder, IndexedEvent
from services.notifier.policies.asking import WITHHELD, shown
from services.notifier.policies.subjects import tokens_of
from services.notifier.queries.views import EventView
from shared.contracts.envelope import NO_COMMUNITY, to_headers
from shared.persistence.engine import Database
from shared.web.paging import Page, page_of, place_of


@dataclass(frozen=True)
class EventFilter:
    """Which events: a pattern of subjects, not before an instant, of one order (id or reference), with words in
    the body."""

    subject: str = ""
    since: datetime | None = None
    order: str | None = None
    words: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL. Raises ``PatternInvalid``."""
        found = [_token(token, wanted) for token, wanted in tokens_of(self.subject).items()]
        if self.since is not None:
            found.append(col(IndexedEvent.time) >= self.since)
        if self.order is not None:
            known = select(col(FollowedOrder.order_id)).where(col(FollowedOrder.reference) == self.order)
            found.append(or_(col(IndexedEvent.about) == self.order, col(IndexedEvent.about).in_(known)))
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


class EventQueries:
    """Reads the index of events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, only: EventFilter, cursor: str | None, limit: int, *, newest: bool) -> Page[EventView]:
        """Events in the order they were heard; with ``newest`` the other way round."""
        position = col(IndexedEvent.position)
        found = select(IndexedEvent).where(*only.conditions())
        if cursor is not None:
            (place,) = place_of(cursor, int)
            found = found.where(position < place if newest else position > place)
        found = found.order_by(position.desc() if newest else position).limit(limit + 1)
        async with self._database.reading() as session:
            rows = (await session.scalars(found)).all()
        return page_of(rows, limit, event_view, lambda row: (row.position,))

    async def after(self, only: EventFilter, position: int, most: int) -> list[EventView]:
        """What was heard after a position, in order."""
        place = col(IndexedEvent.position)
        found = select(IndexedEvent).where(*only.conditions(), place > position).order_by(place).limit(most)
        async with self._database.reading() as session:
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
