"""Rosters that were sent and are looked at before they are imported."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable


class RosterDraft(MatcherTable, table=True):
    """A file a coordinator sent: ``sealed`` is the file under the draft's id, empty once it is imported; ``suffix``
    says how to read it (``.csv``, ``.xlsx``). What became of it: ``created`` and ``updated`` volunteers, and ``units``.
    """

    __tablename__ = "roster_drafts"

    draft_id: str = Field(primary_key=True)
    by: str
    suffix: str
    sealed: bytes = Field(sa_type=LargeBinary, repr=False)
    kept_at: datetime = Field(index=True)
    imported_at: datetime | None = None
    created: int = 0
    updated: int = 0
    units: int = 0

    def become(self, now: datetime, created: int, updated: int, units: int) -> None:
        """It is imported; what it says of people goes."""
        self.imported_at, self.sealed = now, b""
        self.created, self.updated, self.units = created, updated, units
