"""Incidents in the database."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import col

from services.matcher.models import Incident, WholeDispatch
from services.matcher.repository.dispatches import DispatchRepository


class IncidentRepository(DispatchRepository):
    """The part of the repository that knows incidents."""

    async def incidents(self, incident_ids: Collection[str]) -> dict[str, tuple[WholeDispatch, Incident]]:
        """Incidents with their dispatches by id; the dispatch is locked before the incident is read."""
        ids = select(col(Incident.order_id)).where(col(Incident.incident_id).in_(incident_ids))
        wholes = await self.dispatches(set(await self._session.scalars(ids)))
        rows = select(Incident).where(col(Incident.incident_id).in_(incident_ids))
        found = await self._session.scalars(rows.order_by(col(Incident.incident_id)).with_for_update())
        return {one.incident_id: (wholes[one.order_id], one) for one in found}
