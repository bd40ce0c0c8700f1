"""Dangers that nobody has seen to yet, as coordinators see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import Select, and_, case, or_, select
from sqlmodel import col

from services.matcher.models import Dispatch, Incident
from services.matcher.models.incidents import UNANSWERED
from services.matcher.queries.looking import Looking
from shared.community.definition import Community
from shared.community.text import Text
from shared.contracts.refusal import NotFound
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

_ID = col(Incident.incident_id)


class IncidentView(BaseModel):
    """One danger. ``by``: ``resident`` or ``volunteer``; a resident's ``kind`` and ``words`` are on the order's page at
    intake, and None here. ``answer``: what was done, for coordinators. ``before``: the area whose coordinator has to
    see to it by ``due_at``.
    """

    incident_id: str
    order_id: str
    reference: str
    leg_id: str | None
    service: str
    area: str
    area_name: Text | None
    by: str
    kind: str | None
    words: str | None
    before: str
    due_at: datetime
    raised: int
    reported_at: datetime
    answered_at: datetime | None
    answer: str | None


class IncidentQueries(Looking):
    """Reads incidents. Raises ``Unavailable``."""

    def __init__(self, database: Database, rules: Community, vault: Vault) -> None:
        super().__init__(database)
        self._rules = rules
        self._vault = vault

    async def unanswered(
        self, areas: Sequence[str], limit: int, after: tuple[datetime, str] | None = None
    ) -> list[IncidentView]:
        """Those of orders at or below these areas, what was reported first on top."""
        grids = self._rules.areas.all_below(areas)
        rows = self._rows().where(UNANSWERED, col(Dispatch.grid).in_(grids))
        if after is not None:
            at, incident_id = after
            same = and_(col(Incident.reported_at) == at, col(Incident.incident_id) > incident_id)
            rows = rows.where(or_(col(Incident.reported_at) > at, same))
        return await self._views(rows.order_by(col(Incident.reported_at), _ID).limit(limit))

    async def answered(self, areas: Sequence[str], limit: int) -> list[IncidentView]:
        """Those somebody has seen to, of orders at or below these areas, the last answered first."""
        seen_to = self._rows().where(col(Incident.answered_at).is_not(None))
        seen_to = seen_to.where(col(Dispatch.grid).in_(self._rules.areas.all_below(areas)))
        return await self._views(seen_to.order_by(col(Incident.answered_at).desc(), _ID).limit(limit))

    async def of_order(self, order_id: str) -> list[IncidentView]:
        """All of one order, what waits for an answer on top; the door has checked the area."""
        of_it = self._rows().where(col(Incident.order_id) == order_id)
        return await self._views(of_it.order_by(case((UNANSWERED, 0), else_=1), col(Incident.reported_at), _ID))

    async def one(self, incident_id: str) -> IncidentView:
        """One danger; the door has checked the area. Raises ``NotFound``."""
        async with self._looking() as session:
            incident = await session.get(Incident, incident_id)
            if incident is None:
                raise NotFound
            return self._view(incident, await session.get_one(Dispatch, incident.order_id))

    def _rows(self) -> Select[Incident, Dispatch]:
        return select(Incident, Dispatch).join(Dispatch, col(Dispatch.order_id) == col(Incident.order_id))

    async def _views(self, rows: Select[Incident, Dispatch]) -> list[IncidentView]:
        return [self._view(incident, dispatch) for incident, dispatch in await self._all(rows)]

    def _view(self, incident: Incident, dispatch: Dispatch) -> IncidentView:
        area = self._rules.areas.get(dispatch.grid)
        words, answer = (
            self._vault.open(dispatch.order_id, sealed) if sealed is not None else None
            for sealed in (incident.words, incident.answer)
        )
        return IncidentView(
            incident_id=incident.incident_id,
            order_id=dispatch.order_id,
            reference=dispatch.reference,
            leg_id=incident.leg_id,
            service=dispatch.service,
            area=dispatch.grid,
            area_name=area.name if area else None,
            by=incident.by,
            kind=incident.kind,
            words=words,
            before=incident.area,
            due_at=incident.due_at,
            raised=incident.raised,
            reported_at=incident.reported_at,
            answered_at=incident.answered_at,
            answer=answer,
        )
