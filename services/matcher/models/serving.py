"""Offers and assignments: who is asked to serve a leg, and who does."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable
from services.matcher.policies.acceptance import (
    ACTIVE,
    AlreadyStarted,
    AssignmentState,
    NotStarted,
    OfferState,
    check_active,
    check_offer,
)
from services.matcher.policies.windows import Span
from shared.contracts.words import Window

_OPEN = text("state = 'open'")
_ACTIVE = text("state IN ('assigned', 'under_way')")
MOST_MINUTES = 24 * 60


class Wave(MatcherTable, table=True):
    """People asked about a leg at the same time; ``number`` counts from 1 within the leg."""

    __tablename__ = "waves"
    __table_args__ = (UniqueConstraint("leg_id", "number"),)

    wave_id: str = Field(primary_key=True)
    leg_id: str = Field(foreign_key="legs.leg_id")
    number: int
    started_at: datetime
    ends_at: datetime


class Offer(MatcherTable, table=True):
    """One leg proposed to one volunteer, who is asked about a leg once. ``reason``: a listed word, if declined."""

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("leg_id", "volunteer_id"),
        Index("offers_expiring", "expires_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("offers_of_volunteer", "volunteer_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    offer_id: str = Field(primary_key=True)
    leg_id: str = Field(foreign_key="legs.leg_id")
    order_id: str = Field(foreign_key="dispatches.order_id", index=True)
    wave_id: str = Field(foreign_key="waves.wave_id")
    volunteer_id: str = Field(foreign_key="volunteers.volunteer_id")
    state: str = OfferState.OPEN.value
    made_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered, withdrawn or expired it yet."""
        return self.state == OfferState.OPEN.value

    def check(self, now: datetime) -> None:
        """Raises ``OfferGone`` or ``OfferExpired`` unless it may be answered at ``now``."""
        check_offer(OfferState(self.state), self.expires_at, now)

    def accept(self, now: datetime) -> None:
        """The volunteer said yes. Raises ``OfferGone`` or ``OfferExpired``."""
        self.check(now)
        self._end(OfferState.ACCEPTED, now)

    def decline(self, now: datetime, reason: str | None) -> None:
        """The volunteer said no. Raises ``OfferGone`` or ``OfferExpired``."""
        self.check(now)
        self.reason = reason
        self._end(OfferState.DECLINED, now)

    def expire(self, now: datetime) -> None:
        """Nobody answered in time."""
        self._end(OfferState.EXPIRED, now)

    def withdraw(self, now: datetime) -> None:
        """It is no longer needed."""
        self._end(OfferState.WITHDRAWN, now)

    def _end(self, state: OfferState, now: datetime) -> None:
        self.state, self.answered_at = state.value, now


class Assignment(MatcherTable, table=True):
    """A volunteer has a place of a leg. ``report`` and ``note`` (free words at a hand-back) are sealed under the
    order's id; ``minutes`` are what was served. An active assignment has its place alone (invariant I2).
    """

    __tablename__ = "assignments"
    __table_args__ = (
        Index(
            "assignments_place",
            "leg_id",
            "place",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index("assignments_held", "volunteer_id", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
        Index("assignments_of_volunteer", "volunteer_id", "assignment_id"),
    )

    assignment_id: str = Field(primary_key=True)
    leg_id: str = Field(foreign_key="legs.leg_id")
    order_id: str = Field(foreign_key="dispatches.order_id", index=True)
    volunteer_id: str = Field(foreign_key="volunteers.volunteer_id")
    place: int
    state: str = AssignmentState.ASSIGNED.value
    by: str
    window_from: datetime | None = None
    window_to: datetime | None = None
    report: bytes | None = Field(default=None, sa_type=LargeBinary)
    note: bytes | None = Field(default=None, sa_type=LargeBinary)
    minutes: int | None = None
    assigned_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether it takes a place of its leg."""
        return AssignmentState(self.state) in ACTIVE

    @property
    def span(self) -> Span | None:
        """The time it blocks; None without a window."""
        if self.window_from is None or self.window_to is None:
            return None
        return Span(self.window_from, self.window_to)

    def start(self, now: datetime) -> None:
        """The volunteer sets out. Raises ``AssignmentEnded`` or ``AlreadyStarted``."""
        check_active(AssignmentState(self.state))
        if self.state == AssignmentState.UNDER_WAY.value:
            raise AlreadyStarted
        self.state, self.started_at = AssignmentState.UNDER_WAY.value, now

    def complete(self, now: datetime, report: bytes, minutes: int | None) -> int:
        """It was served; returns the minutes it took: those told, else those since the start.

        Raises ``AssignmentEnded`` or ``NotStarted``.
        """
        check_active(AssignmentState(self.state))
        if self.started_at is None:
            raise NotStarted
        elapsed = int((now - self.started_at) / timedelta(minutes=1))
        self.minutes = minutes if minutes is not None else max(1, min(elapsed, MOST_MINUTES))
        self.report = report
        self._end(AssignmentState.COMPLETED, now)
        return self.minutes

    def hand_back(self, now: datetime, note: bytes | None) -> None:
        """The volunteer cannot. Raises ``AssignmentEnded``."""
        check_active(AssignmentState(self.state))
        self.note = note
        self._end(AssignmentState.HANDED_BACK, now)

    def release(self, now: datetime) -> None:
        """It was ended for the volunteer. Raises ``AssignmentEnded``."""
        check_active(AssignmentState(self.state))
        self._end(AssignmentState.RELEASED, now)

    def move_to(self, window: Window | None) -> None:
        """The resident changed the window, and it still suits."""
        self.window_from = window.from_ if window else None
        self.window_to = window.to if window else None

    def _end(self, state: AssignmentState, now: datetime) -> None:
        self.state, self.ended_at = state.value, now
