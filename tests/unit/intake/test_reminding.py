"""When reminders come, and when silence may close an order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.policies.lifecycle import NotYetDone, OrderNotOpen
from services.intake.policies.reminding import NotYetLapsed, after_reminder, check_lapsed, first_reminder, is_last
from shared.community.ladder import Clocks, UrgencyClocks
from shared.contracts.words import NextStep, OrderState

DONE = datetime(2026, 11, 22, 11, tzinfo=UTC)
DAY = timedelta(days=1)
_URGENCY = UrgencyClocks(dispatch_minutes=1, offer_minutes=1, service_minutes=1, tier_minutes=1)
CLOCKS = Clocks(urgent=_URGENCY, normal=_URGENCY, flexible=_URGENCY, review_minutes=4320)


def with_reminders(*minutes: int) -> Clocks:
    """The same, with other reminders."""
    return Clocks.model_validate({**CLOCKS.model_dump(), "review_reminders_minutes": minutes})


def test_without_a_word_there_are_two() -> None:
    """After a third and two thirds of the time for the review."""
    assert (DAY, 2 * DAY) == CLOCKS.review_reminders
    assert [False, True] == [is_last(CLOCKS, nth) for nth in (1, 2)]


@pytest.mark.parametrize("minutes", [(0,), (60, 30), (60, 60), (4320,)])
def test_reminders_ascend_and_come_before_the_review_is_due(minutes: tuple[int, ...]) -> None:
    """A definition that says otherwise is refused."""
    with pytest.raises(ValueError, match="reminders"):
        with_reminders(*minutes)


def test_there_is_no_review_without_a_reminder() -> None:
    """An empty list is refused."""
    with pytest.raises(ValueError, match="at least 1"):
        with_reminders()


@given(st.lists(st.floats(0, 400), min_size=2, max_size=2))
def test_after_every_reminder_there_is_time_to_answer(late_hours: list[float]) -> None:
    """However late each comes: half of its time at least; in time, all of it."""
    planned = first_reminder(CLOCKS, DONE)
    for nth, hours in enumerate(late_hours, start=1):
        now = planned + timedelta(hours=hours)
        following = after_reminder(CLOCKS, nth, planned, now)
        assert following - now >= DAY / 2
        planned = following
    assert DONE + 3 * DAY <= planned


def test_silence_closes_only_what_was_reminded_and_is_due() -> None:
    """Done, with the resident, both reminders sent, and the deadline passed."""
    lapsed = (OrderState.DONE, NextStep.REVIEW, DONE, 2, DONE)
    check_lapsed(CLOCKS, *lapsed)
    for refusal, changed in (
        (NotYetLapsed, (OrderState.DONE, NextStep.REVIEW, DONE, 1, DONE)),
        (NotYetLapsed, (OrderState.DONE, NextStep.CALL, DONE, 2, DONE)),
        (NotYetLapsed, (OrderState.DONE, NextStep.REVIEW, DONE, 2, DONE - timedelta(seconds=1))),
        (NotYetDone, (OrderState.PLACED, NextStep.OFFER, DONE, 2, DONE)),
        (OrderNotOpen, (OrderState.CLOSED, NextStep.NONE, None, 2, DONE)),
    ):
        with pytest.raises(refusal):
            check_lapsed(CLOCKS, *changed)
