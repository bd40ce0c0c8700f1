"""Incidents: dangers that either side reports, and who has seen to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable
from services.matcher.policies.incidents import IncidentAnswered

UNANSWERED = text("answered_at IS NULL")
"""Incidents whose clock runs; an area and a due time are theirs until somebody answers."""


class Incident(MatcherTable, table=True):
    """One danger. ``by``: whose word it was; ``by_id``: the volunteer's, None for a resident, whose words and ``kind``
    intake keeps. ``words`` and ``answer`` are sealed under the order's id. ``area``: whose coordinator has to see to it
    by ``due_at``; ``raised``: how often it was brought before somebody.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        Index("incidents_due", "due_at", sqlite_where=UNANSWERED, postgresql_where=UNANSWERED),
        Index("incidents_answered", "answered_at", "incident_id"),
        Index("incidents_before", "area", "due_at", sqlite_where=UNANSWERED, postgresql_where=UNANSWERED),
    )

    incident_id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="dispatches.order_id", index=True)
    leg_id: str | None = None
    by: str
    by_id: str | None = None
    kind: str | None = None
    words: bytes | None = Field(default=None, sa_type=LargeBinary)
    area: str
    due_at: datetime
    raised: int = 1
    reported_at: datetime
    answered_at: datetime | None = None
    answered_by: str | None = None
    answer: bytes | None = Field(default=None, sa_type=LargeBinary)

    def raise_to(self, area: str, due_at: datetime) -> None:
        """Nobody answered in time: it is before the coordinator of ``area`` now."""
        self.area, self.due_at = area, due_at
        self.raised += 1

    def see_to(self, by: str, sealed_words: bytes, now: datetime) -> None:
        """A coordinator has seen to it. Raises ``IncidentAnswered``."""
        if self.answered_at is not None:
            raise IncidentAnswered
        self.answered_at, self.answered_by, self.answer = now, by, sealed_words
