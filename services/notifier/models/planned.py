"""Notices whose time is still to come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from services.notifier.models.ground import NotifierTable


class PlannedNotice(NotifierTable, table=True):
    """A notice that is made ``wait`` (``policies.planned.Wait``) after ``due_at`` (domain time), unless what it tells
    of ends before. It becomes a row of ``notices`` then and is taken away here in one transaction.
    """

    __tablename__ = "planned_notices"
    __table_args__ = (
        UniqueConstraint("order_id", "kind", "version", "recipient_role", "recipient_id"),
        Index("planned_notices_due", "wait", "due_at"),
    )

    planned_id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="orders.order_id")
    kind: str
    version: int
    recipient_role: str
    recipient_id: str
    assignment_id: str | None = None
    due_at: datetime
    wait: str

    @property
    def key(self) -> tuple[str, int, str, str]:
        """What is unique of it within its order."""
        return self.kind, self.version, self.recipient_role, self.recipient_id


class Round(NotifierTable, table=True):
    """The last time something was done that is done every day or week: ``last`` numbers that day or week."""

    __tablename__ = "rounds"

    name: str = Field(primary_key=True)
    last: int
