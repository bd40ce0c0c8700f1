"""The way to ``no_reply`` for whoever reads messages: reminders, each with time to answer after it."""

from __future__ import annotations

from datetime import datetime

from services.intake.policies.lifecycle import check_reviewable
from shared.community.ladder import Clocks
from shared.contracts.refusal import Conflict
from shared.contracts.words import NextStep, OrderState


class NotYetLapsed(Conflict):
    """The review is not due yet, or its reminders were not sent, or the resident is called instead."""

    title = "It is too early to close this order without an answer"


def first_reminder(clocks: Clocks, done_at: datetime) -> datetime:
    """When the first reminder is sent."""
    return done_at + clocks.review_reminders[0]


def after_reminder(clocks: Clocks, nth: int, planned: datetime, now: datetime) -> datetime:
    """When the next reminder comes after the ``nth``, or, after the last, when the order may be closed.

    As planned; half of the time between the two remains at least, where a reminder was late. Whoever was reminded more
    often than the clocks say today had the last one.
    """
    moments = (*clocks.review_reminders, clocks.review)
    nth = min(nth, len(clocks.review_reminders))
    between = moments[nth] - moments[nth - 1]
    return max(planned + between, now + between / 2)


def is_last(clocks: Clocks, nth: int) -> bool:
    """Whether no reminder follows the ``nth``."""
    return nth >= len(clocks.review_reminders)


def check_lapsed(
    clocks: Clocks, state: OrderState, next_step: NextStep, due_at: datetime | None, reminded: int, now: datetime
) -> None:
    """Raises ``OrderNotOpen``, ``NotYetDone`` or ``NotYetLapsed`` unless an order may close because no review came."""
    check_reviewable(state)
    if next_step is not NextStep.REVIEW or due_at is None or now < due_at or not is_last(clocks, reminded):
        raise NotYetLapsed
