"""Incidents: what a resident said of a danger. Who has to see to it is matcher's to say."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field

from services.intake.models.ground import IntakeTable


class Incident(IntakeTable, table=True):
    """One report. ``sealed``: the words, under the order's id. ``resident_id``: whose they are, None for who
    ordered.
    """

    __tablename__ = "incidents"

    incident_id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="orders.order_id", index=True)
    resident_id: str | None = None
    kind: str
    sealed: bytes = Field(sa_type=LargeBinary)
    reported_at: datetime
