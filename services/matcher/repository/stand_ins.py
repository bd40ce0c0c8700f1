"""Stand-ins: who acts for which area."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import StandIn
from services.matcher.models.stand_ins import RUNNING


class StandInRepository:
    """The part of the repository that knows stand-ins."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def stood_in(self, coordinators: Collection[str], now: datetime) -> dict[str, tuple[str, ...]]:
        """The areas each of these coordinators acts for at this moment, besides their own."""
        found: dict[str, tuple[str, ...]] = {}
        running = select(col(StandIn.coordinator_id), col(StandIn.area)).where(
            RUNNING,
            col(StandIn.coordinator_id).in_(coordinators),
            col(StandIn.starts_at) <= now,
            col(StandIn.ends_at) > now,
        )
        for coordinator_id, area in await self._session.execute(running.order_by(col(StandIn.stand_in_id))):
            found[coordinator_id] = (*found.get(coordinator_id, ()), area)
        return found

    async def stand_ins(self, stand_in_ids: Collection[str]) -> dict[str, StandIn]:
        """Stand-ins by id, locked for change; absent ones left out."""
        rows = select(StandIn).where(col(StandIn.stand_in_id).in_(stand_in_ids))
        rows = rows.order_by(col(StandIn.stand_in_id)).with_for_update()
        return {one.stand_in_id: one for one in await self._session.scalars(rows)}
