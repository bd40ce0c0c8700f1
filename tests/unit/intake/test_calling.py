"""Which call follows which, when, and when nothing is left to try."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.policies.calling import (
    FIRST,
    ROW,
    VISIT,
    Attempt,
    CallTooSoon,
    VerdictMisplaced,
    check_loggable,
    check_verdict,
    due_at,
    following,
    is_needed,
    opens_at,
    was_tried,
)
from shared.community.calendar import official
from shared.community.calling import CallClocks
from shared.community.local import LocalTime
from shared.contracts.words import CallPurpose, CallResult, OrderState

LOCAL = LocalTime(ZoneInfo("Asia/Shanghai"), official(""))
CLOCKS = CallClocks()
NEWS, REVIEW = CallPurpose.NEWS, CallPurpose.REVIEW
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


def test_three_calls_and_a_visit_follow_one_another() -> None:
    """And after the visit nothing."""
    row = [FIRST]
    while (one := following(row[-1], REVIEW)) is not None:
        row.append(one)
    assert list(ROW) == row


def test_news_ends_with_the_third_call() -> None:
    """Nobody is visited to be told of a change."""
    assert None is following(ROW[2], NEWS)
    assert ROW[1] == following(FIRST, NEWS)


@given(st.lists(st.sampled_from(ROW)))
def test_nothing_less_than_three_calls_and_a_visit_will_do(logged: list[Attempt]) -> None:
    """Whatever was logged, in whatever order."""
    calls = {one for one in logged if one != VISIT}
    assert (len(calls) == 3 and VISIT in logged) == was_tried(logged)


def part(at: datetime) -> int:
    """Morning, afternoon, evening (which lasts until the morning)."""
    hour = LOCAL.local(at).hour
    return 2 if hour < 8 or hour >= 18 else int(hour >= 12)


@given(moments)
def test_the_next_call_is_in_another_part_of_the_day(last: datetime) -> None:
    """After the pause, within a day, and never in the same part."""
    at = opens_at(CLOCKS, LOCAL, ROW[1], last, last)
    assert part(at) != part(last)
    assert timedelta(hours=3) <= at - last < timedelta(hours=24)


def test_a_day_of_one_part_knows_the_pause_alone() -> None:
    """Where a community does not divide its day."""
    clocks = CallClocks(parts=(8,), pause_minutes=60)
    last = datetime(2026, 11, 22, 2, tzinfo=UTC)
    assert last + timedelta(hours=1) == opens_at(clocks, LOCAL, ROW[1], last, last)


def test_a_first_call_and_a_visit_may_be_made_at_once() -> None:
    """And have their own time."""
    now = datetime(2026, 11, 22, 2, tzinfo=UTC)
    assert [now, now] == [opens_at(CLOCKS, LOCAL, one, last, now) for one, last in ((FIRST, None), (VISIT, now))]
    assert [24, 48] == [(due_at(CLOCKS, one, now) - now) // timedelta(hours=1) for one in (FIRST, VISIT)]


def test_only_who_was_reached_counts_early() -> None:
    """A call before its time counts when somebody answered."""
    opened = datetime(2026, 11, 22, 2, tzinfo=UTC)
    early = opened - timedelta(seconds=1)
    check_loggable(opened, CallResult.REACHED, early)
    check_loggable(opened, CallResult.NO_ANSWER, opened)
    with pytest.raises(CallTooSoon):
        check_loggable(opened, CallResult.WRONG_NUMBER, early)


def test_a_verdict_comes_with_an_answered_call_about_the_review() -> None:
    """With no other."""
    check_verdict(REVIEW, CallResult.REACHED)
    for purpose, result in ((NEWS, CallResult.REACHED), (REVIEW, CallResult.NO_ANSWER)):
        with pytest.raises(VerdictMisplaced):
            check_verdict(purpose, result)


def test_a_call_is_needed_while_its_order_waits_for_it() -> None:
    """For the review: in its own round, while it is done. For news: while the order runs, or goes on elsewhere."""
    needed = {(purpose, state) for purpose in CallPurpose for state in OrderState if is_needed(purpose, 1, state, 1)}
    over = {OrderState.DONE, OrderState.CLOSED, OrderState.CANCELLED}
    assert {(REVIEW, OrderState.DONE), *((NEWS, state) for state in OrderState if state not in over)} == needed
    assert not is_needed(REVIEW, 1, OrderState.DONE, 2)


@pytest.mark.parametrize("parts", [(), (12, 8), (8, 8), (24,)])
def test_the_parts_of_a_day_ascend(parts: tuple[int, ...]) -> None:
    """A definition that says otherwise is refused."""
    with pytest.raises(ValueError, match="parts"):
        CallClocks(parts=parts)
