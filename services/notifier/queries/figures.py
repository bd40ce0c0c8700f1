"""How the last days went: orders, offers and failures a day, and how long each step took."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from datetime import time as time_of_day
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.notifier.models import IndexedEvent, Matter
from services.notifier.queries.events import NAMED_IN_TIME
from shared.persistence.engine import Database

COUNTED = ("order_placed", "offer_made", "notice_failed")
STEPS: Mapping[str, Any] = {"leg_assigned": col(Matter.taken_minutes), "order_done": col(Matter.done_minutes)}


class StepTimes(BaseModel):
    """Minutes from the placing of an order to a step: half of them, and 19 of 20, were within; None for none."""

    step: str
    orders: int
    p50: int | None
    p95: int | None


class DayOfOrders(BaseModel):
    """One local day: orders placed, offers made, notices that failed, and how long the steps took of the orders placed
    on it.
    """

    day: datetime
    placed: int
    offers: int
    failed: int
    steps: list[StepTimes]


class DaysView(BaseModel):
    """The days, the oldest first; ``steps``, ``tiers`` and ``offers_per_order`` are of all orders placed in them.
    ``tiers``: how high those came (``none``: no coordinator had to).
    """

    days: list[DayOfOrders]
    steps: list[StepTimes]
    tiers: dict[str, int]
    offers_per_order: float | None


@dataclass(frozen=True)
class _Day:
    """One day as it was counted. ``minutes``: by step, how many orders took so many."""

    counts: Mapping[str, int]
    minutes: Mapping[str, Mapping[int, int]]
    tiers: Mapping[str, int]
    counted: float


class FiguresQueries:
    """Counts days. ``zone``: in which they begin. ``seconds``: a day that is over is counted again after so long: what
    is told late, and orders that end, still change it (wall time).
    """

    def __init__(
        self, database: Database, zone: tzinfo, seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._zone = zone
        self._seconds = seconds
        self._monotonic = monotonic
        self._known: dict[datetime, _Day] = {}

    async def of(self, days: int, now: datetime) -> DaysView:
        """The last ``days`` local days, today among them."""
        today = now.astimezone(self._zone).date()
        begins = [self._begin(today - timedelta(days=back)) for back in range(days - 1, -1, -1)]
        counted = [await self._day(begin, is_over=begin.date() < today) for begin in begins]
        self._known = {
            begin: day for begin, day in self._known.items() if day.counted > self._monotonic() - self._seconds
        }
        placed = sum(one.counts["order_placed"] for one in counted)
        offers = sum(one.counts["offer_made"] for one in counted)
        return DaysView(
            days=[_shown(begin, one) for begin, one in zip(begins, counted, strict=True)],
            steps=_steps([one.minutes for one in counted]),
            tiers=dict(sorted(sum((Counter(one.tiers) for one in counted), Counter()).items())),
            offers_per_order=round(offers / placed, 2) if placed else None,
        )

    def _begin(self, day: Any) -> datetime:
        return datetime.combine(day, time_of_day(), self._zone)

    async def _day(self, begin: datetime, *, is_over: bool) -> _Day:
        known = self._known.get(begin)
        if known is not None and self._is_fresh(known):
            return known
        day = await self._count(begin, self._begin(begin.date() + timedelta(days=1)))
        if is_over:
            self._known[begin] = day
        return day

    def _is_fresh(self, day: _Day) -> bool:
        return day.counted > self._monotonic() - self._seconds

    async def _count(self, begin: datetime, end: datetime) -> _Day:
        named, at = NAMED_IN_TIME.label("name"), col(IndexedEvent.time)
        events = select(named, func.count()).where(at >= begin, at < end, NAMED_IN_TIME.in_(COUNTED)).group_by("name")
        placed = (col(Matter.placed_at) >= begin, col(Matter.placed_at) < end)
        async with self._database.reading() as session:
            counts = await _counted(session, events)
            minutes = {
                step: await _counted(
                    session, select(column, func.count()).where(*placed, column.is_not(None)).group_by(column)
                )
                for step, column in STEPS.items()
            }
            tiers = await _counted(
                session, select(col(Matter.tiers), func.count()).where(*placed).group_by(col(Matter.tiers))
            )
            held = Counter[str]()
            for those, count in tiers.items():
                held.update(dict.fromkeys(those.split(",") if those else ("none",), count))
        return _Day({name: counts.get(name, 0) for name in COUNTED}, minutes, held, self._monotonic())


async def _counted(session: AsyncSession, found: Select[Any, int]) -> dict[Any, int]:
    return {told: count for told, count in (await session.execute(found)).all()}  # noqa: C416 - rows are no pairs


def within(minutes: Mapping[int, int], part: int, of: int) -> int | None:
    """What ``part`` of ``of`` orders stayed within, from how many took so many minutes; None for none."""
    place = (sum(minutes.values()) * part - 1) // of
    for told, count in sorted(minutes.items()):
        if place < count:
            return told
        place -= count
    return None


def _steps(days: Sequence[Mapping[str, Mapping[int, int]]]) -> list[StepTimes]:
    found = []
    for step in STEPS:
        minutes = sum((Counter(one[step]) for one in days), Counter[int]())
        p50, p95 = within(minutes, 1, 2), within(minutes, 19, 20)
        found.append(StepTimes(step=step, orders=minutes.total(), p50=p50, p95=p95))
    return found


def _shown(begin: datetime, day: _Day) -> DayOfOrders:
    placed, offers, failed = (day.counts[name] for name in COUNTED)
    return DayOfOrders(day=begin, placed=placed, offers=offers, failed=failed, steps=_steps([day.minutes]))
