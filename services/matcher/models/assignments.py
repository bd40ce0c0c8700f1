"""Assignments: who serves a leg."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable
from services.matcher.policies.acceptance import (
    ACTIVE,
    AlreadyStarted,
    AssignmentState,
    HandBackReason,
    NotStarted,
    check_active,
)
from services.matcher.policies.windows import Span
from shared.contracts.words import Window
from shared.persistence.partial import Rows

ACTIVE_ROWS = Rows("state", "assigned", "under_way")
SERVED_ROWS, RETURNED_ROWS = Rows("state", "completed"), Rows("state", "handed_back")
_ACTIVE, _SERVED, _RETURNED = ACTIVE_ROWS.condition, SERVED_ROWS.condition, RETURNED_ROWS.condition
MOST_MINUTES = 24 * 60


class Assignment(MatcherTable, table=True):
    """A volunteer has a place of a leg. ``report``, ``note`` (free words at a hand-back) and ``confidential_note``
    (which only whoever wrote it reads again) are sealed under the order's id; ``reason`` is the listed word at a
    hand-back, ``minutes`` are what was served, ``thanked_at``: the resident was content with it. An active assignment
    has its place alone (invariant I2).
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
        Index("assignments_served", "volunteer_id", "ended_at", sqlite_where=_SERVED, postgresql_where=_SERVED),
        Index("assignments_returned", "order_id", sqlite_where=_RETURNED, postgresql_where=_RETURNED),
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
    confidential_note: bytes | None = Field(default=None, sa_type=LargeBinary)
    reason: str | None = None
    minutes: int | None = None
    assigned_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    thanked_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether it takes a place of its leg."""
        return AssignmentState(self.state) in ACTIVE

    @property
    def window(self) -> Window | None:
        """When it is to be served: the order's window, or the time that was agreed on."""
        if self.window_from is None or self.window_to is None:
            return None
        return Window(from_=self.window_from, to=self.window_to)

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

    def complete(self, now: datetime, report: bytes, minutes: int | None, confidential: bytes | None = None) -> int:
        """It was served; returns the minutes it took: those told, else those since the start.

        Raises ``AssignmentEnded`` or ``NotStarted``.
        """
        check_active(AssignmentState(self.state))
        if self.started_at is None:
            raise NotStarted
        elapsed = int((now - self.started_at) / timedelta(minutes=1))
        self.minutes = minutes if minutes is not None else max(1, min(elapsed, MOST_MINUTES))
        self.report, self.confidential_note = report, confidential
        self._end(AssignmentState.COMPLETED, now)
        return self.minutes

    def hand_back(self, now: datetime, reason: HandBackReason, note: bytes | None) -> None:
        """The volunteer cannot. Raises ``AssignmentEnded``."""
        check_active(AssignmentState(self.state))
        self.reason, self.note = reason.value, note
        self._end(AssignmentState.HANDED_BACK, now)

    def release(self, now: datetime) -> None:
        """It was ended for the volunteer. Raises ``AssignmentEnded``."""
        check_active(AssignmentState(self.state))
        self._end(AssignmentState.RELEASED, now)

    def thank(self, now: datetime) -> None:
        """The resident was content; said once, whatever is said later."""
        if self.state == AssignmentState.COMPLETED.value and self.thanked_at is None:
            self.thanked_at = now

    def move_to(self, window: Window | None) -> None:
        """The resident changed the window, and it still suits."""
        self.window_from = window.from_ if window else None
        self.window_to = window.to if window else None

    def _end(self, state: AssignmentState, now: datetime) -> None:
        self.state, self.ended_at = state.value, now
