"""When more time may be asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.matcher.policies.extending import (
    AlreadyExtended,
    ExtensionTooLong,
    ExtensionTooShort,
    check_first,
    check_until,
)
from services.matcher.policies.taking import AlreadyTaken, check_takeable

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
HOUR, LONGEST = timedelta(hours=1), timedelta(days=14)


@pytest.mark.parametrize(
    ("until", "due_at", "expected"),
    [
        (NOW - HOUR, NOW - 2 * HOUR, ExtensionTooShort),
        (NOW, NOW - HOUR, ExtensionTooShort),
        (NOW + HOUR, NOW + HOUR, ExtensionTooShort),
        (NOW + HOUR, NOW + 2 * HOUR, ExtensionTooShort),
        (NOW + LONGEST + HOUR, NOW + HOUR, ExtensionTooLong),
        (NOW + LONGEST, NOW + HOUR, None),
        (NOW + HOUR, NOW - HOUR, None),
    ],
)
def test_a_new_time_lies_ahead_after_the_old_one_and_not_too_far(
    until: datetime, due_at: datetime, expected: type[Exception] | None
) -> None:
    """Both edges: no later than now or the due time is too short, the longest itself is allowed."""
    refused = None
    try:
        check_until(until, due_at, NOW, LONGEST)
    except (ExtensionTooShort, ExtensionTooLong) as refusal:
        refused = type(refusal)
    assert expected is refused


@pytest.mark.parametrize(
    ("answers", "agreed", "allowed"),
    [
        ([], False, True),
        ([], True, True),
        ([None], False, False),
        ([None], True, True),
        ([True], False, False),
        ([True], True, False),
        ([False], True, False),
        ([False], False, False),
    ],
)
def test_more_time_is_asked_for_once(answers: list[bool | None], agreed: bool, allowed: bool) -> None:
    """An open question may be answered by word of mouth; a yes or a no was the only one."""
    refused = False
    try:
        check_first(answers, agreed=agreed)
    except AlreadyExtended:
        refused = True
    assert allowed is not refused


def test_nobody_takes_what_they_have_taken() -> None:
    """Another coordinator may take it over."""
    with pytest.raises(AlreadyTaken):
        check_takeable("c-1", "c-1")
    assert [None, None] == [check_takeable(None, "c-1"), check_takeable("c-2", "c-1")]  # type: ignore[func-returns-value]  # raises or not
