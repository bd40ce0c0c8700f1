"""What residents said of dangers, for the coordinators of their order."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import col

from services.intake.models.incidents import Incident
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class IncidentView(BaseModel):
    """One report, in the resident's words."""

    incident_id: str
    kind: str
    words: str
    reported_at: datetime


class IncidentWords:
    """Reads reports; the door has checked that the order is in the coordinator's area."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def of(self, order_id: str) -> list[IncidentView]:
        """What was reported about an order, the newest first."""
        rows = select(Incident).where(col(Incident.order_id) == order_id)
        rows = rows.order_by(col(Incident.reported_at).desc(), col(Incident.incident_id))
        async with self._database.reading() as session:
            found = (await session.scalars(rows)).all()
        return [
            IncidentView(
                incident_id=one.incident_id,
                kind=one.kind,
                words=self._vault.open(order_id, one.sealed),
                reported_at=one.reported_at,
            )
            for one in found
        ]
