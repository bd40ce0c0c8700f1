"""Who is concerned in an order besides the resident who ordered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from services.intake.models.ground import IntakeTable
from shared.contracts.words import Outcome, Part, Window


class Resident(IntakeTable, table=True):
    """Vault: somebody besides the resident who ordered, and their own verdict.

    ``part`` says why they are concerned. Contact and comment are sealed under the order's id; ``phone_print`` is a
    keyed hash to look up by. The id of who placed an order that was merged is that order's. ``agrees`` and the window
    are a party's answer; ``verdict_round`` is the order's round that the verdict speaks of.
    """

    __tablename__ = "residents"
    __table_args__ = (Index("residents_by_phone", "phone_print", "order_id"),)

    resident_id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="orders.order_id", index=True)
    part: str
    sealed: bytes = Field(sa_type=LargeBinary)
    phone_print: str | None = None
    joined_at: datetime
    left_at: datetime | None = None
    agrees: bool | None = None
    window_from: datetime | None = None
    window_to: datetime | None = None
    outcome: str | None = None
    rating: int | None = None
    sealed_comment: bytes | None = Field(default=None, sa_type=LargeBinary)
    verdict_round: int | None = None
    verdict_at: datetime | None = None

    @property
    def window(self) -> Window | None:
        """When it suits a party."""
        if self.window_from is None or self.window_to is None:
            return None
        return Window(from_=self.window_from, to=self.window_to)

    @property
    def orders_too(self) -> bool:
        """Whether the matter goes on for them when who ordered withdraws."""
        return self.part == Part.JOINED and self.left_at is None

    def leave(self, now: datetime) -> None:
        """Be concerned no longer."""
        self.left_at = now

    def answer(self, agrees: bool, window: Window | None) -> None:
        """A party's answer; another one replaces it."""
        self.agrees = agrees
        self.window_from, self.window_to = (window.from_, window.to) if window else (None, None)

    def judge(self, outcome: Outcome, rating: int | None, sealed_comment: bytes | None, nth: int, at: datetime) -> None:
        """Keep how it ended for them in the order's ``nth`` round."""
        self.outcome, self.rating, self.sealed_comment = outcome.value, rating, sealed_comment
        self.verdict_round, self.verdict_at = nth, at
