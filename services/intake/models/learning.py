"""What coordinators teach suggestions: which service the words of an order asked for, and runs learned from it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from services.intake.models.ground import IntakeTable


class Correction(IntakeTable, table=True):
    """A coordinator said which service the words of an order asked for; ``by``: their opaque id."""

    __tablename__ = "corrections"

    order_id: str = Field(primary_key=True, foreign_key="orders.order_id")
    service: str
    by: str
    corrected_at: datetime

    def say(self, service: str, by: str, now: datetime) -> None:
        """Name the service, in place of what was named before."""
        self.service, self.by, self.corrected_at = service, by, now


class TaughtRun(IntakeTable, table=True):
    """A run of characters as a keyed hash: so many orders with it a coordinator has taught to ask for a service. No
    order, no position and no text is kept with it.
    """

    __tablename__ = "taught_runs"

    run_print: str = Field(primary_key=True)
    service: str = Field(primary_key=True)
    by: str = Field(primary_key=True)
    count: int = 0
    taught_at: datetime = Field(index=True)
