"""What summaries count: what each coordinator holds, and what each volunteer has served."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlmodel import col

from services.notifier.commands import Summary
from services.notifier.models import FollowedOrder, IndexedEvent
from services.notifier.models.following import ON_A_DESK
from shared.contracts.matcher import LegCompleted
from shared.contracts.words import Role
from shared.persistence.engine import Database


class RoundQueries:
    """Reads orders and facts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def desks(self, now: datetime) -> list[Summary]:
        """Every coordinator's area that holds something: how much, and how much of it is past its time."""
        held = desks_held(now).order_by(col(FollowedOrder.holder_area))
        async with self._database.reading() as session:
            rows = (await session.execute(held)).all()
        return [Summary(Role.COORDINATOR, area, count, int(over or 0)) for area, count, over in rows if area]

    async def served(self, since: datetime, until: datetime) -> list[Summary]:
        """Every volunteer who served something between two instants: how many legs."""
        facts = select(col(IndexedEvent.body)).where(
            col(IndexedEvent.name) == LegCompleted.name,
            col(IndexedEvent.time) >= since,
            col(IndexedEvent.time) < until,
        )
        async with self._database.reading() as session:
            bodies = await session.scalars(facts)
            counted = Counter(json.loads(body)["volunteer_id"] for body in bodies)
        return [Summary(Role.VOLUNTEER, who, count) for who, count in sorted(counted.items(), key=str) if who]


def desks_held(now: datetime) -> Select[str | None, int, int]:
    """Of each area what lies on its coordinator's desk: how much, and how much of that is past its time."""
    late = func.sum(case((col(FollowedOrder.due_at) < now, 1), else_=0))
    return (
        select(col(FollowedOrder.holder_area), func.count(), late)
        .where(ON_A_DESK)
        .group_by(col(FollowedOrder.holder_area))
    )
