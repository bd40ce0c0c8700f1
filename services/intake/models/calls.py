"""How an order comes to an honest end: calls and visits, closings that wait for a yes, and who served."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field

from services.intake.models.ground import IntakeTable
from services.intake.policies.calling import Attempt
from shared.contracts.words import CallKind, CallPurpose, CallResult

_OPEN = text("ended_at IS NULL")


class Call(IntakeTable, table=True):
    """One call or visit to somebody who reads no messages; while it is open, a coordinator of ``area`` owes it.

    It may be made from ``opened_at`` on, until ``due_at``. ``about``: the event they are to hear of, where it is for
    news. ``resident_id``: whom it is for, where it is not who ordered. ``caller``: the coordinator who made it;
    ``result``: what came of it, None where it was no longer needed. The note is sealed under the order's id.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index("calls_open", "area", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("calls_due", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    call_id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="orders.order_id", index=True)
    purpose: str
    kind: str
    nth: int
    round: int
    about: str | None = None
    resident_id: str | None = None
    area: str
    opened_at: datetime
    due_at: datetime
    caller: str | None = None
    result: str | None = None
    ended_at: datetime | None = None
    sealed_note: bytes | None = Field(default=None, sa_type=LargeBinary)

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes it."""
        return self.ended_at is None

    @property
    def attempt(self) -> Attempt:
        """Which one of the row of calls and visits it is."""
        return Attempt(CallKind(self.kind), self.nth)

    @property
    def is_review(self) -> bool:
        """Whether it asks how it went."""
        return self.purpose == CallPurpose.REVIEW

    @property
    def was_answered(self) -> bool:
        """Whether it reached somebody."""
        return self.result == CallResult.REACHED

    def climb(self, area: str, due_at: datetime) -> None:
        """It was not made in time: the coordinator of ``area`` owes it now."""
        self.area, self.due_at = area, due_at

    def log(self, result: CallResult, caller: str, sealed_note: bytes | None, now: datetime) -> None:
        """It was made."""
        self.result, self.caller, self.sealed_note, self.ended_at = result.value, caller, sealed_note, now

    def end(self, now: datetime) -> None:
        """Nobody needs to call any more."""
        self.ended_at = now


class Closing(IntakeTable, table=True):
    """A coordinator saw no way to fix an order and asked its resident to let it end as ``not_fixed``.

    The reason is sealed under the order's id, for the resident to read. ``recorded_by``: the coordinator who took the
    answer down, where it was given by word of mouth. ``orders.closing_id`` names the one that waits for an answer.
    """

    __tablename__ = "closings"

    closing_id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="orders.order_id", index=True)
    proposed_by: str
    proposed_at: datetime
    sealed_reason: bytes = Field(sa_type=LargeBinary)
    accepted: bool | None = None
    recorded_by: str | None = None
    answered_at: datetime | None = None

    def answer(self, accepted: bool, recorded_by: str | None, now: datetime) -> None:
        """The resident's yes or no."""
        self.accepted, self.recorded_by, self.answered_at = accepted, recorded_by, now


class Server(IntakeTable, table=True):
    """Somebody who served an order in one of its rounds, by their opaque id; they record no verdict on it."""

    __tablename__ = "servers"

    order_id: str = Field(primary_key=True, foreign_key="orders.order_id")
    subject: str = Field(primary_key=True)
