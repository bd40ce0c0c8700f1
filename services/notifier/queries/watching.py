"""What somebody should look at now, and how the last days went: for those who look after the installation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, case, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from services.notifier.models import Delivery, FollowedOrder, IndexedEvent, Matter
from services.notifier.models.following import OPEN
from services.notifier.models.notices import WAITING_ROWS
from services.notifier.queries.events import first_since
from services.notifier.queries.figures import DaysView, FiguresQueries
from services.notifier.queries.rounds import desks_held
from shared.contracts.matcher import LegAssigned, PostClaimed, PostReleased
from shared.contracts.words import Role
from shared.persistence.engine import Database

MOST = 50
"""So many of a kind are shown; their whole number is told."""
LATELY = timedelta(days=30)
"""Older orders that nobody was offered are late by now, and shown as such."""
DAYS = 7
BUSIEST = 10
"""So many volunteers are shown who took most."""


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


class IdlePost(BaseModel):
    """A post that nobody holds any more. ``since``: when the last holder let it go."""

    post_id: str
    skill: str
    area: str
    since: datetime


class Serving(BaseModel):
    """A volunteer, and how many legs they took in the last days."""

    volunteer_id: str
    legs: int


class WatchView(DaysView):
    """``unoffered``: nobody was asked in time; ``late``: past their time. ``desks``: the fullest first. ``posts``:
    those whose last holder left, the latest first. ``serving``: who took most in the days shown.
    """

    unoffered: Kind
    late: Kind
    channels: list[ChannelTrouble]
    desks: list[Load]
    posts: list[IdlePost]
    serving: list[Serving]


@dataclass(frozen=True)
class Measures:
    """``unoffered``: so long an order may be without anybody asked."""

    unoffered: timedelta


class WatchQueries:
    """Reads orders, matters, deliveries and events."""

    def __init__(self, database: Database, figures: FiguresQueries, measures: Measures) -> None:
        self._database = database
        self._figures = figures
        self._measures = measures

    async def look(self, now: datetime) -> WatchView:
        """All of it at an instant."""
        figures = await self._figures.of(DAYS, now)
        return WatchView(
            **figures.model_dump(),
            unoffered=await self._unoffered(now),
            late=await self._late(now),
            channels=await self._channels(),
            desks=await self._desks(now),
            posts=await self._posts(),
            serving=await self._serving(figures.days[0].day),
        )

    async def _unoffered(self, now: datetime) -> Kind:
        since = func.coalesce(col(Matter.placed_at), None)  # few orders are open, many were placed: begin with those
        found = (
            select(FollowedOrder, since)
            .join(Matter, col(Matter.order_id) == col(FollowedOrder.order_id))
            .where(since <= now - self._measures.unoffered, since > now - LATELY)
            .where(col(Matter.first_offered_at).is_(None), col(Matter.first_assigned_at).is_(None))
            .where(OPEN, col(FollowedOrder.holder_role).is_(None))
        )
        return await self._kind(found, since)

    async def _late(self, now: datetime) -> Kind:
        due = col(FollowedOrder.due_at)
        return await self._kind(select(FollowedOrder, due).where(OPEN, due < now), due)

    async def _kind(self, found: Select[Any, Any], since: Any) -> Kind:
        async with self._database.reading() as session:
            count = await session.scalar(select(func.count()).select_from(found.subquery())) or 0
            rows = (await session.execute(found.order_by(since).limit(MOST))).all()
        return Kind(count=count, orders=[_shown(order, at) for order, at in rows])

    async def _channels(self) -> list[ChannelTrouble]:
        waiting = WAITING_ROWS.of(col(Delivery.state))
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

    async def _posts(self) -> list[IdlePost]:
        """By the facts heard of each post: claimed as often as let go."""
        held = func.sum(case((col(IndexedEvent.name) == PostClaimed.name, 1), else_=-1))
        last = func.max(col(IndexedEvent.position))
        idle = (
            select(last.label("position"))
            .where(col(IndexedEvent.name).in_((PostClaimed.name, PostReleased.name)))
            .group_by(col(IndexedEvent.about))
            .having(held <= 0)
            .order_by(last.desc())
            .limit(MOST)
        ).subquery()
        rows = await self._rows(
            select(IndexedEvent).where(col(IndexedEvent.position) == idle.c.position).order_by(idle.c.position.desc())
        )
        return [_idle(row) for (row,) in rows]

    async def _serving(self, since: datetime) -> list[Serving]:
        who = _field(self._database, "volunteer_id").label("who")
        lately = col(IndexedEvent.position) >= first_since(since).scalar_subquery()
        taken = select(who).where(col(IndexedEvent.name) == LegAssigned.name, lately).subquery()
        legs = func.count()
        found = select(taken.c.who, legs).group_by(taken.c.who).order_by(legs.desc(), taken.c.who).limit(BUSIEST)
        return [Serving(volunteer_id=one, legs=legs) for one, legs in await self._rows(found) if legs > 1]

    async def _rows(self, found: Any) -> Sequence[Any]:
        async with self._database.reading() as session:
            rows: Sequence[Any] = (await session.execute(found)).all()
        return rows


def _idle(row: IndexedEvent) -> IdlePost:
    told = json.loads(row.body)
    return IdlePost(post_id=row.about, skill=told["skill"], area=told["area"], since=row.time)


def _field(database: Database, name: str) -> Any:
    """A field of an event's body."""
    body = col(IndexedEvent.body)
    return func.json_extract(body, f"$.{name}") if database.is_sqlite else cast(body, JSONB)[name].astext


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
