"""Stand-ins: a coordinator acts for one who is away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable
from services.matcher.policies.standing_in import StandInOver

RUNNING = text("ended_at IS NULL")


class StandIn(MatcherTable, table=True):
    """``coordinator_id`` may do what the coordinator of ``area`` may, from ``starts_at`` until ``ends_at``, or until
    somebody ended it (``ended_at``).
    """

    __tablename__ = "stand_ins"
    __table_args__ = (
        Index("stand_ins_running", "coordinator_id", "ends_at", sqlite_where=RUNNING, postgresql_where=RUNNING),
    )

    stand_in_id: str = Field(primary_key=True)
    area: str
    coordinator_id: str
    starts_at: datetime
    ends_at: datetime
    set_by: str
    ended_at: datetime | None = None

    def end(self, now: datetime) -> None:
        """From now on it gives no right. Raises ``StandInOver``."""
        if self.ended_at is not None or self.ends_at <= now:
            raise StandInOver
        self.ended_at = now
