"""What coordinators do until an order has an honest end: calls, verdicts by phone, closings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.intake.commands.changing import ReviewOrder
from services.intake.commands.words import LONGEST_TEXT, Command, Words
from shared.contracts.words import CallResult


class LogCall(Command):
    """What came of a call or a visit; ``verdict``: what the resident said of the order, if they were asked."""

    result: CallResult
    verdict: ReviewOrder | None = None
    note: Annotated[Words, Field(min_length=1, max_length=LONGEST_TEXT)] | None = None


class ProposeClosing(Command):
    """There is no way to fix it. The resident reads the reason."""

    reason: Annotated[Words, Field(min_length=1, max_length=LONGEST_TEXT)]


class TurnAway(Command):
    """It is spam. Whoever placed it reads the reason."""

    reason: Annotated[Words, Field(min_length=1, max_length=LONGEST_TEXT)]


class AnswerClosing(Command):
    """Whether the resident lets the order end as not fixed."""

    accept: bool
