"""Extensions: more time that was asked for, and what the resident said to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field

from services.matcher.models.ground import MatcherTable


class Extension(MatcherTable, table=True):
    """More time for one leg, until ``until``. ``by``: the coordinator or the department; ``reason``: their words,
    sealed under the order's id. ``agreed``: what the resident answered, None while they have not; ``by_word``: they
    said it to the coordinator. ``withdrawn_at``: the order got another holder, or climbed, before they answered.
    """

    __tablename__ = "extensions"

    extension_id: str = Field(primary_key=True)
    leg_id: str = Field(foreign_key="legs.leg_id")
    order_id: str = Field(foreign_key="dispatches.order_id", index=True)
    round: int
    by: str
    until: datetime
    reason: bytes = Field(sa_type=LargeBinary)
    asked_at: datetime
    answered_at: datetime | None = None
    agreed: bool | None = None
    by_word: bool = False
    withdrawn_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the resident may still answer."""
        return self.agreed is None and self.withdrawn_at is None

    def answer(self, now: datetime, *, agreed: bool, by_word: bool = False) -> None:
        """The resident said yes or no."""
        self.answered_at, self.agreed, self.by_word = now, agreed, by_word

    def withdraw(self, now: datetime) -> None:
        """No answer is needed any more."""
        self.withdrawn_at = now
