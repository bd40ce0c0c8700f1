"""What a resident does with an order that is placed."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from services.intake.commands.words import LONGEST_TEXT, Command, Words
from shared.contracts.words import Outcome, Urgency, Window


class AmendOrder(Command):
    """Change the window, the urgency or the words of an order that is not served yet."""

    window: Window | None = None
    urgency: Urgency | None = None
    details: Annotated[Words, Field(min_length=1, max_length=LONGEST_TEXT)] | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.window is None and self.urgency is None and self.details is None:
            raise ValueError("nothing to change")
        return self


class AnswerProposal(Command):
    """Whether the proposed time suits the resident."""

    accept: bool


class AnswerExtension(Command):
    """Whether it may take longer."""

    accept: bool


class CancelOrder(Command):
    """Withdraw an order. No reason is asked; one that is given stays in the vault."""

    reason: Annotated[Words, Field(min_length=1, max_length=500)] | None = None


class ReviewOrder(Command):
    """The resident's verdict on a served order. ``same_people``: if it runs again, whoever served it may come again."""

    outcome: Outcome
    rating: int | None = Field(default=None, ge=1, le=5)
    comment: Annotated[Words, Field(min_length=1, max_length=LONGEST_TEXT)] | None = None
    same_people: bool = False

    @model_validator(mode="after")
    def _is_a_verdict(self) -> Self:
        if self.outcome not in {Outcome.FIXED, Outcome.PARTLY, Outcome.NOT_FIXED}:
            raise ValueError("the outcome is fixed, partly or not_fixed")
        return self
