"""What limits of abuse count by: where orders were for lately and what they said, and who looked for what is not there;
all as keyed hashes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Field

from services.intake.models.ground import IntakeTable
from shared.identity.waiting import wait_after


class Sighting(IntakeTable, table=True):
    """A keyed hash of where an order of a resident is for, or of a part of what it says: texts that are nearly the same
    share some. Kept for an hour.
    """

    __tablename__ = "sightings"

    print: str = Field(primary_key=True)
    order_id: str = Field(primary_key=True)
    seen_at: datetime = Field(index=True)


class Misses(IntakeTable, table=True):
    """How often a network address looked for orders that are not there, or not theirs; wall time, the address as a
    keyed hash. Until ``wait_until`` it gets no further answer of that kind.
    """

    __tablename__ = "misses"

    address_print: str = Field(primary_key=True)
    count: int = 0
    last_at: datetime
    wait_until: datetime

    def add(self, wall: datetime, free: int, kept: timedelta) -> None:
        """One more, after ``free`` that cost nothing; what is older than ``kept`` is forgiven."""
        self.count = 1 if wall - self.last_at > kept else self.count + 1
        self.last_at, self.wait_until = wall, wall + wait_after(self.count, free)
