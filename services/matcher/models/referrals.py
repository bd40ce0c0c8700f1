"""Referrals: a leg in the hands of a department, a property firm or a merchant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable
from services.matcher.policies.errands import check_advance
from services.matcher.policies.referring import ReferralEnding, ReferralOver
from shared.community.departments import Department
from shared.contracts.words import ErrandStep

OPEN_REFERRALS = text("ended_at IS NULL")


class Referral(MatcherTable, table=True):
    """One leg referred once. ``by``: the coordinator, or ``system`` where the catalogue says so; ``area``: whose desk
    it came from. ``note``: what the coordinator wrote, sealed under the order's id. ``reason``: a listed word, if it
    was handed back. ``errand``: how far a counter has come with it.
    """

    __tablename__ = "referrals"
    __table_args__ = (
        Index("referrals_open", "department", "due_at", sqlite_where=OPEN_REFERRALS, postgresql_where=OPEN_REFERRALS),
    )

    referral_id: str = Field(primary_key=True)
    leg_id: str = Field(foreign_key="legs.leg_id")
    order_id: str = Field(foreign_key="dispatches.order_id", index=True)
    department: str
    by: str
    area: str
    at: datetime
    due_at: datetime
    note: bytes | None = Field(default=None, sa_type=LargeBinary)
    ended_at: datetime | None = None
    ending: str | None = None
    reason: str | None = None
    errand: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the department holds the leg."""
        return self.ended_at is None

    def advance(self, department: Department | None, step: ErrandStep) -> None:
        """The counter has come one step further. Raises ``ReferralOver``, ``NotAnErrand`` or ``StepPassed``."""
        if not self.is_open:
            raise ReferralOver
        check_advance(department, ErrandStep(self.errand) if self.errand else None, step)
        self.errand = step.value

    def end(self, ending: ReferralEnding, now: datetime, reason: str | None = None) -> None:
        """The department holds it no longer. Raises ``ReferralOver``."""
        if not self.is_open:
            raise ReferralOver
        self.ended_at, self.ending, self.reason = now, ending.value, reason
