"""How often orders came back and moved between levels, in figures by service and community; never by person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, and_, case, func, or_, select
from sqlmodel import col

from services.matcher.models import Assignment, Dispatch
from services.matcher.models.assignments import RETURNED_ROWS
from services.matcher.policies.acceptance import NOBODYS
from services.matcher.queries.looking import Looking
from services.matcher.queries.referral_views import ReferralFigureView
from shared.community.definition import Community
from shared.community.text import Text
from shared.persistence.engine import Database

_NOBODYS = tuple(sorted(reason.value for reason in NOBODYS))

_MOVES = col(Dispatch.climbs) + col(Dispatch.returns)
_TO_AND_FRO = and_(col(Dispatch.returns) > 0, _MOVES > 1)
"""It came back to a desk, and moved on another time."""


class BackAndForthView(BaseModel):
    """Orders of one service and community. ``hand_backs``: by volunteers who could have served; recusals,
    changed windows, illness, departures and suspensions are left out.
    ``climbs``: moves up a tier; ``returns``: how often an order came back to a desk; ``to_and_fro``: orders that came
    back and moved another time.
    """

    service: str
    service_name: Text | None
    area: str | None
    area_name: Text | None
    orders: int
    hand_backs: int
    climbs: int
    returns: int
    to_and_fro: int


class BackAndForth(BaseModel):
    """What came back, by service and community, and by department."""

    items: list[BackAndForthView]
    departments: list[ReferralFigureView]


class BackAndForthQueries(Looking):
    """Counts. Raises ``Unavailable``."""

    def __init__(self, database: Database, rules: Community) -> None:
        super().__init__(database)
        self._rules = rules

    async def figures(self, grids: Sequence[str], since: datetime) -> list[BackAndForthView]:
        """Services of which something came back or moved, among the orders of these grids placed since then."""
        handed = {(code, area): count for code, area, count in await self._all(_of(_HAND_BACKS, grids, since))}
        moved = await self._all(_of(_MOVED, grids, since))
        views = [self._view(row, handed.get((row.service, row.community), 0)) for row in moved]
        return [view for view in views if view.hand_backs or view.climbs or view.returns]

    def _view(self, row: Any, hand_backs: int) -> BackAndForthView:
        service = self._rules.services_by_code.get(row.service)
        area = self._rules.areas.get(row.community or "")
        return BackAndForthView(
            service=row.service,
            service_name=service.name if service else None,
            area=row.community,
            area_name=area.name if area else None,
            orders=row.orders,
            hand_backs=hand_backs,
            climbs=row.climbs,
            returns=row.returns,
            to_and_fro=row.to_and_fro,
        )


_KEYS = (col(Dispatch.service), col(Dispatch.community))
_MOVED = select(
    *_KEYS,
    func.count().label("orders"),
    func.sum(col(Dispatch.climbs)).label("climbs"),
    func.sum(col(Dispatch.returns)).label("returns"),
    func.sum(case((_TO_AND_FRO, 1), else_=0)).label("to_and_fro"),
)
_HAND_BACKS = (
    select(*_KEYS, func.count())
    .join(Assignment, col(Assignment.order_id) == col(Dispatch.order_id))
    .where(RETURNED_ROWS.of(col(Assignment.state)))
    .where(or_(col(Assignment.reason).is_(None), col(Assignment.reason).not_in(_NOBODYS)))
)


def _of(counts: Select[*tuple[Any, ...]], grids: Sequence[str], since: datetime) -> Select[*tuple[Any, ...]]:
    counts = counts.where(col(Dispatch.grid).in_(grids), col(Dispatch.placed_at) >= since)
    return counts.group_by(*_KEYS).order_by(*_KEYS)
