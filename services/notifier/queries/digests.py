"""One week in figures, for those who look after the installation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlmodel import col

from services.notifier.models import BuriedLetter, Delivery, FollowedOrder, IndexedEvent, Matter, Notice
from services.notifier.models.following import OPEN
from services.notifier.models.notices import LETTERBOX
from services.notifier.policies.letters import LetterState
from shared.contracts.refusal import FieldError, Invalid
from shared.persistence.engine import Database
from shared.web.i18n import msgid

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
DAYS = timedelta(days=7)


class NoSuchWeek(Invalid):
    """It is not written as ISO 8601 writes weeks, or there is none of that number."""

    title = "There is no such week"


class DigestView(BaseModel):
    """One ISO week, ``begin`` to ``end`` in domain time. ``events`` by name; ``outcomes`` of orders closed in it;
    ``channels``: messages delivered by channel, the letterbox left out. ``late``: open orders past their time, and
    ``dead_letters`` that wait, both now. Minutes are medians over the orders placed in it.
    """

    week: str
    begin: datetime
    end: datetime
    placed: int
    closed: int
    outcomes: dict[str, int]
    minutes_until_taken: int | None
    minutes_until_done: int | None
    offers_per_order: float | None
    notices: int
    channels: dict[str, int]
    events: dict[str, int]
    late: int
    dead_letters: int


class DigestQueries:
    """Counts a week. ``zone``: in which it begins."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        self._database = database
        self._zone = zone

    async def of(self, week: str | None, now: datetime) -> DigestView:
        """A week such as ``2026-W47``, the last whole one where none is named. Raises ``NoSuchWeek``."""
        last = now.astimezone(self._zone).date() - DAYS
        monday = _monday(week) if week else last - timedelta(last.weekday())
        begin = datetime.combine(monday, time(), self._zone)
        end = begin + DAYS
        events = await self._counts(
            select(col(IndexedEvent.name), func.count())
            .where(col(IndexedEvent.time) >= begin, col(IndexedEvent.time) < end)
            .group_by(col(IndexedEvent.name))
        )
        placed = events.get("order_placed", 0)
        offers = events.get("offer_made", 0)
        in_week = (col(Matter.placed_at) >= begin, col(Matter.placed_at) < end)
        calendar = monday.isocalendar()
        return DigestView(
            week=f"{calendar.year}-W{calendar.week:02}",
            begin=begin.astimezone(UTC),
            end=end.astimezone(UTC),
            placed=placed,
            closed=events.get("order_closed", 0),
            outcomes=await self._counts(
                select(col(Matter.outcome), func.count())
                .where(col(Matter.closed_at) >= begin, col(Matter.closed_at) < end)
                .group_by(col(Matter.outcome))
            ),
            minutes_until_taken=await self._median(col(Matter.taken_minutes), in_week),
            minutes_until_done=await self._median(col(Matter.done_minutes), in_week),
            offers_per_order=round(offers / placed, 2) if placed else None,
            notices=await self._number(
                select(func.count()).select_from(Notice).where(col(Notice.made_at) >= begin, col(Notice.made_at) < end)
            ),
            channels=await self._counts(
                select(col(Delivery.channel), func.count())
                .where(col(Delivery.delivered_at) >= begin, col(Delivery.delivered_at) < end)
                .where(col(Delivery.channel) != LETTERBOX)
                .group_by(col(Delivery.channel))
            ),
            events=events,
            late=await self._number(
                select(func.count()).select_from(FollowedOrder).where(OPEN, col(FollowedOrder.due_at) < now)
            ),
            dead_letters=await self._number(
                select(func.count()).select_from(BuriedLetter).where(col(BuriedLetter.state) == LetterState.DEAD.value)
            ),
        )

    async def _counts(self, found: Any) -> dict[str, int]:
        async with self._database.reading() as session:
            rows = (await session.execute(found)).all()
        counted: Mapping[str, int] = {name or "": count for name, count in rows}
        return dict(sorted(counted.items()))

    async def _number(self, found: Any) -> int:
        async with self._database.reading() as session:
            return int(await session.scalar(found) or 0)

    async def _median(self, column: Any, where: tuple[Any, ...]) -> int | None:
        """The lower median, by place: no database needs to know what a median is."""
        known = (*where, col(column).is_not(None))
        count = await self._number(select(func.count()).select_from(Matter).where(*known))
        if not count:
            return None
        middle = select(column).where(*known).order_by(column).offset((count - 1) // 2).limit(1)
        return await self._number(middle)


def _monday(week: str) -> date:
    found = _WEEK.fullmatch(week)
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else date.fromisocalendar(0, 0, 0)
    except ValueError:
        raise NoSuchWeek(errors=[FieldError("/week", msgid("Such as 2026-W47"))]) from None
