"""Who looked at whose contact, and what the audit alerted of, for the coordinator above: ids and codes, no residents.

Read from intake's own audit, so it reaches back as far as that is kept (``PAIDAN_AUDIT_DAYS``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import or_, select
from sqlmodel import col

from services.intake.models import Audited, Order
from shared.community.areas import GRID, AreaTree
from shared.contracts.audit import What
from shared.persistence.engine import Database

_WATCHED = (What.REVEALED.value, What.FETCHED.value, What.ALERTED.value)


class WatchedView(BaseModel):
    """One look at a contact, or one alert. ``at`` is wall time; ``what``: ``revealed`` in full to staff, ``fetched`` to
    serve, or ``alerted``; ``by``: the opaque id of who looked, or whom the alert is about; ``area``: a coordinator's;
    ``reference``: of the order, of an alert one of them; ``reason``: the code they gave; ``rule`` and ``count``
    (``31/30``: so many, and from where on it is much): of an alert alone.
    """

    sequence: int
    at: datetime
    what: str
    role: str
    by: str
    area: str
    reference: str | None
    part: str
    reason: str
    verdict: str
    rule: str
    count: str


class WatchedLooks:
    """Reads intake's audit within an area."""

    def __init__(self, database: Database, areas: AreaTree) -> None:
        self._database = database
        self._areas = areas

    async def within(self, area: str, before: int | None, most: int) -> list[WatchedView]:
        """The newest ``most`` of orders at or below an area, or by its coordinators and those below; with a sequence
        below ``before``.
        """
        grids, desks = self._areas.all_below((area,), GRID), self._areas.desks((area,))
        found = (
            select(Audited, col(Order.reference))
            .outerjoin(Order, col(Order.order_id) == col(Audited.order_id))
            .where(col(Audited.what).in_(_WATCHED))
            .where(or_(col(Order.grid).in_(grids), col(Audited.area).in_(desks)))
            .order_by(col(Audited.sequence).desc())
            .limit(most)
        )
        if before is not None:
            found = found.where(col(Audited.sequence) < before)
        async with self._database.reading() as session:
            rows: Sequence[Any] = (await session.execute(found)).all()
        return [_view(row, reference) for row, reference in rows]


def _view(row: Audited, reference: str | None) -> WatchedView:
    alert = row.what == What.ALERTED.value
    return WatchedView(
        sequence=row.sequence,
        at=row.at,
        what=row.what,
        role="" if alert else row.role,
        by=row.subject if alert else row.actor,
        area=row.area,
        reference=reference,
        part="" if alert else row.field,
        reason="" if alert else row.reason,
        verdict=row.verdict,
        rule=row.field if alert else "",
        count=row.reason if alert else "",
    )
