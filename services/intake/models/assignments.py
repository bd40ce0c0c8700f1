"""Who serves an order at this moment, as far as intake has heard: whom a contact may be told."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from services.intake.models.ground import IntakeTable


class Assignment(IntakeTable, table=True):
    """Matcher's assignment of a leg to a volunteer, by its opaque ids. It is live until ``ended_at``."""

    __tablename__ = "assignments"

    order_id: str = Field(primary_key=True, foreign_key="orders.order_id")
    assignment_id: str = Field(primary_key=True)
    leg_id: str
    volunteer_id: str
    ended_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Whether it still runs."""
        return self.ended_at is None

    def end(self, now: datetime) -> None:
        """They serve it no longer."""
        self.ended_at = self.ended_at or now
