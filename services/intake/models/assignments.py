"""Who serves an order at this moment, as far as intake has heard: whom a contact may be told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from services.intake.models.ground import IntakeTable


class Assignment(IntakeTable, table=True):
    """Matcher's assignment of a leg to a volunteer, by its opaque ids. It is live until ``ended_at``.
    ``handed_back_at``: when it was given back before it was started.
    """

    __tablename__ = "assignments"
    __table_args__ = (Index("assignments_handed_back", "volunteer_id", "handed_back_at"),)

    order_id: str = Field(primary_key=True, foreign_key="orders.order_id")
    assignment_id: str = Field(primary_key=True)
    leg_id: str
    volunteer_id: str
    started_at: datetime | None = None
    handed_back_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Whether it still runs."""
        return self.ended_at is None

    def start(self, now: datetime) -> None:
        """They have set out."""
        self.started_at = self.started_at or now

    def hand_back(self, now: datetime, *, counts: bool) -> None:
        """They gave it back; ``counts``: for a reason of their own."""
        if self.started_at is None and counts:
            self.handed_back_at = now
        self.end(now)

    def end(self, now: datetime) -> None:
        """They serve it no longer."""
        self.ended_at = self.ended_at or now
