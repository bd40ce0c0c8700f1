"""Who acts for whom, now and later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import or_, select
from sqlmodel import col

from services.matcher.models import StandIn
from services.matcher.models.stand_ins import RUNNING
from services.matcher.queries.looking import Looking
from shared.community.definition import Community
from shared.community.text import Text
from shared.persistence.engine import Database


class StandInView(BaseModel):
    """One stand-in that has not ended. ``coordinator`` acts for the coordinator of ``area``; titles are of offices."""

    stand_in_id: str
    area: str
    area_name: Text | None
    area_title: Text | None
    coordinator: str
    coordinator_area: str | None
    coordinator_title: Text | None
    starts_at: datetime
    ends_at: datetime
    running: bool
    set_by: str


class StandInQueries(Looking):
    """Reads stand-ins. Raises ``Unavailable``."""

    def __init__(self, database: Database, rules: Community) -> None:
        super().__init__(database)
        self._rules = rules

    async def areas_of(self, coordinator_id: str, now: datetime) -> tuple[str, ...]:
        """The areas a coordinator acts for at this moment, besides their own."""
        rows = select(col(StandIn.area)).where(
            RUNNING,
            col(StandIn.coordinator_id) == coordinator_id,
            col(StandIn.starts_at) <= now,
            col(StandIn.ends_at) > now,
        )
        found = await self._all(rows.order_by(col(StandIn.stand_in_id)))
        return tuple(area for (area,) in found if area in self._rules.areas)

    async def of_areas(self, areas: Sequence[str], coordinator_id: str, now: datetime, limit: int) -> list[StandInView]:
        """Those of these areas, and those in which the coordinator stands in, the first to begin on top."""
        mine = or_(col(StandIn.area).in_(areas), col(StandIn.coordinator_id) == coordinator_id)
        rows = select(StandIn).where(RUNNING, mine, col(StandIn.ends_at) > now)
        rows = rows.order_by(col(StandIn.starts_at), col(StandIn.stand_in_id)).limit(limit)
        async with self._looking() as session:
            return [self._view(one, now) for one in await session.scalars(rows)]

    async def one(self, stand_in_id: str, now: datetime) -> StandInView:
        """One stand-in that was just changed; it is there."""
        async with self._looking() as session:
            return self._view(await session.get_one(StandIn, stand_in_id), now)

    def _view(self, one: StandIn, now: datetime) -> StandInView:
        area, ladder = self._rules.areas.get(one.area), self._rules.ladder
        absent, present = ladder.by_area.get(one.area), ladder.by_id.get(one.coordinator_id)
        return StandInView(
            stand_in_id=one.stand_in_id,
            area=one.area,
            area_name=area.name if area else None,
            area_title=absent.title if absent else None,
            coordinator=one.coordinator_id,
            coordinator_area=present.area if present else None,
            coordinator_title=present.title if present else None,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            running=one.ended_at is None and one.starts_at <= now < one.ends_at,
            set_by=one.set_by,
        )
