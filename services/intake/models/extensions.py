"""Extensions: more time that whoever holds an order asked its resident for."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from services.intake.models.ground import IntakeTable


class Extension(IntakeTable, table=True):
    """More time, until ``until``; why it is needed stays with matcher.

    ``accepted``: the resident's answer, None until then. ``withdrawn``: the order got another holder, or climbed,
    before they answered. ``extended_at``: since then the later time holds.
    """

    __tablename__ = "extensions"

    order_id: str = Field(primary_key=True, foreign_key="orders.order_id")
    extension_id: str = Field(primary_key=True)
    until: datetime
    asked_at: datetime
    accepted: bool | None = None
    answered_at: datetime | None = None
    withdrawn: bool = False
    extended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered, and an answer is still wanted."""
        return self.accepted is None and not self.withdrawn

    def answer(self, now: datetime, *, accepted: bool) -> None:
        """The resident said yes or no."""
        self.accepted, self.answered_at = accepted, now

    def extend(self, until: datetime, now: datetime) -> None:
        """The later time holds from ``now`` on."""
        self.until, self.extended_at = until, now
        if self.accepted is None:  # said by word of mouth
            self.answer(now, accepted=True)
