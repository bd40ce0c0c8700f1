"""What the doors remember: keys that were used, ids from elsewhere."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from services.intake.models.ground import IntakeTable


class DoorKey(IntakeTable, table=True):
    """An Idempotency-Key at the door: the same key with the same body is the same order."""

    __tablename__ = "door_keys"

    key: str = Field(primary_key=True)
    body_hash: str
    order_id: str = Field(foreign_key="orders.order_id")
    used_at: datetime


class ExternalId(IntakeTable, table=True):
    """An imported order's id where it came from; recorded once."""

    __tablename__ = "external_ids"

    external_id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="orders.order_id")
