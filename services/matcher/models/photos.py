"""Photos that volunteers send with a report."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable

UNREPORTED = text("reported_at IS NULL")
"""Photos that no report names."""


class Photo(MatcherTable, table=True):
    """One photo of an assignment: ``picture`` is the JPEG that was painted anew, sealed under the order's id.
    ``upload_print``: a keyed hash of what was sent, by which the same photo sent twice is one. A report names it from
    ``reported_at`` on.
    """

    __tablename__ = "photos"
    __table_args__ = (
        Index("photos_sent", "assignment_id", "upload_print", unique=True),
        Index("photos_unreported", "kept_at", sqlite_where=UNREPORTED, postgresql_where=UNREPORTED),
    )

    photo_id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="dispatches.order_id", index=True)
    assignment_id: str = Field(foreign_key="assignments.assignment_id")
    upload_print: str
    picture: bytes = Field(sa_type=LargeBinary, repr=False)
    kept_at: datetime
    reported_at: datetime | None = None

    def report(self, now: datetime) -> None:
        """A report names it."""
        self.reported_at = now
