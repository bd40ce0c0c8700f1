"""What somebody should look at now, and how the last days went: for those who look after the installation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, func, select
from sqlmodel import col

from services.notifier.models import Delivery, DeliveryState, FollowedOrder, IndexedEvent, Matter
from services.notifier.queries.rounds import desks_held
from shared.contracts.words import Role
from shared.persistence.engine import Database

MOST = 50
"""So many of a kind are shown; their whole number is told."""
LATELY = timedelta(days=30)
"""Older orders that nobody was offered are late by now, and shown as such."""
DAYS = 7


class OrderToLookAt(BaseModel):
    """An open order; ``since``: when it was placed, or its time ran out."""

    order_id: str
    reference: str
    service: str
    grid: str
    holder_role: Role | None
    holder_area: str | None
    since: datetime


class Kind(BaseModel):
    """How many orders of one kind there are, and the oldest of them."""

    count: int
    orders: list[OrderToLookAt]


class ChannelTrouble(BaseModel):
    """Messages that wait because a channel refused them, and what it said last."""

    channel: str
    waiting: int
    errors: list[str]


class Load(BaseModel):
    """What the coordinator of one area holds, and how much of that is past its time."""

    area: str
    held: int
    late: int


class StepTimes(BaseModel):
    """Minutes from the placing of an order to a step: half of them, and 19 of 20, were within; None for none."""

    step: str
    orders: int
    p50: int | None
    p95: int | None


class DayOfOrders(BaseModel):
    """One local day: orders placed, offers made, notices that failed."""

    day: datetime
    placed: int
    offers: int
    failed: int


class WatchView(BaseModel):
    """``unoffered``: nobody was asked in time; ``late``: past their time. ``desks``: the fullest first. ``steps`` and
    ``offers_per_order``: of the orders placed in ``days``. ``tiers``: how high those came (``none``: no coordinator).
    """

    unoffered: Kind
    late: Kind
    channels: list[ChannelTrouble]
    desks: list[Load]
    steps: list[StepTimes]
    tiers: dict[str, int]
    offers_per_order: float | None
    days: list[DayOfOrders]


@dataclass(frozen=True)
class Measures:
    """``unoffered``: so long an order may be without anybody asked."""

    unoffered: timedelta


class WatchQueries:
    """Reads orders, matters, deliveries and events."""

    def __init__(self, database: Database, zone: tzinfo, measures: Measures) -> None:
        self._database = database
        self._zone = zone
        self._measures = measures

    async def look(self, now: datetime) -> WatchView:
        """All of it at an instant."""
        today = datetime.combine(now.astimezone(self._zone).date(), time(), self._zone)
        begins = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
        days = [await self._day(begin) for begin in begins]
        placed = sum(one.placed for one in days)
        offers = sum(one.offers for one in days)
        return WatchView(
            unoffered=await self._unoffered(now),
            late=await self._late(now),
            channels=await self._channels(),
            desks=await self._desks(now),
            steps=await self._steps(begins[0]),
            tiers=await self._tiers(begins[0]),
            offers_per_order=round(offers / placed, 2) if placed else None,
            days=days,
        )

    async def _unoffered(self, now: datetime) -> Kind:
        since = col(Matter.placed_at)
        found = (
            select(FollowedOrder, since)
            .join(Matter, col(Matter.order_id) == col(FollowedOrder.order_id))
            .where(since <= now - self._measures.unoffered, since > now - LATELY)
            .where(col(Matter.first_offered_at).is_(None), col(Matter.first_assigned_at).is_(None))
            .where(~col(FollowedOrder.ended), col(FollowedOrder.holder_role).is_(None))
        )
        return await self._kind(found, since)

    async def _late(self, now: datetime) -> Kind:
        due = col(FollowedOrder.due_at)
        return await self._kind(select(FollowedOrder, due).where(~col(FollowedOrder.ended), due < now), due)

    async def _kind(self, found: Select[Any, Any], since: Any) -> Kind:
        async with self._database.reading() as session:
            count = await session.scalar(select(func.count()).select_from(found.subquery())) or 0
            rows = (await session.execute(found.order_by(since).limit(MOST))).all()
        return Kind(count=count, orders=[_shown(order, at) for order, at in rows])

    async def _channels(self) -> list[ChannelTrouble]:
        waiting = col(Delivery.state) == DeliveryState.WAITING.value
        found = (
            select(col(Delivery.channel), col(Delivery.error), func.count())
            .where(waiting, col(Delivery.error).is_not(None))
            .group_by(col(Delivery.channel), col(Delivery.error))
            .order_by(col(Delivery.channel), col(Delivery.error))
        )
        troubles: dict[str, ChannelTrouble] = {}
        for channel, error, count in await self._rows(found):
            one = troubles.setdefault(channel, ChannelTrouble(channel=channel, waiting=0, errors=[]))
            one.waiting += count
            one.errors.append(error)
        return list(troubles.values())

    async def _desks(self, now: datetime) -> list[Load]:
        rows = await self._rows(desks_held(now).order_by(func.count().desc()).limit(MOST))
        return [Load(area=area, held=count, late=int(over or 0)) for area, count, over in rows if area]

    async def _steps(self, since: datetime) -> list[StepTimes]:
        return [
            await self._step("leg_assigned", col(Matter.taken_minutes), since),
            await self._step("order_done", col(Matter.done_minutes), since),
        ]

    async def _step(self, step: str, minutes: Any, since: datetime) -> StepTimes:
        known = select(minutes).where(col(Matter.placed_at) >= since, minutes.is_not(None))
        async with self._database.reading() as session:
            count = await session.scalar(select(func.count()).select_from(known.subquery())) or 0
            places = [await session.scalar(known.order_by(minutes).offset(at).limit(1)) for at in _places(count)]
        p50, p95 = places or (None, None)
        return StepTimes(step=step, orders=count, p50=p50, p95=p95)

    async def _tiers(self, since: datetime) -> dict[str, int]:
        found = select(col(Matter.tiers), func.count()).where(col(Matter.placed_at) >= since)
        rows = await self._rows(found.group_by(col(Matter.tiers)))
        counted: dict[str, int] = {}
        for tiers, count in rows:
            for tier in tiers.split(",") if tiers else ("none",):
                counted[tier] = counted.get(tier, 0) + count
        return dict(sorted(counted.items()))

    async def _day(self, begin: datetime) -> DayOfOrders:
        named = col(IndexedEvent.name)
        wanted = ("order_placed", "offer_made", "notice_failed")
        found = (
            select(named, func.count())
            .where(col(IndexedEvent.time) >= begin, col(IndexedEvent.time) < begin + timedelta(days=1))
            .where(named.in_(wanted))
            .group_by(named)
        )
        counts = dict(await self._rows(found))
        placed, offers, failed = (int(counts.get(name, 0)) for name in wanted)
        return DayOfOrders(day=begin, placed=placed, offers=offers, failed=failed)

    async def _rows(self, found: Any) -> Sequence[Any]:
        async with self._database.reading() as session:
            rows: Sequence[Any] = (await session.execute(found)).all()
        return rows


def _places(count: int) -> list[int]:
    """Where the median and the 95th percentile stand among so many in a row."""
    return [(count - 1) // 2, (count * 19 - 1) // 20] if count else []


def _shown(order: FollowedOrder, since: datetime) -> OrderToLookAt:
    return OrderToLookAt(
        order_id=order.order_id,
        reference=order.reference,
        service=order.service,
        grid=order.grid,
        holder_role=Role(order.holder_role) if order.holder_role else None,
        holder_area=order.holder_area,
        since=since,
    )
