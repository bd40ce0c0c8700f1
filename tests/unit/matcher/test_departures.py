"""What comes back when somebody goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.matcher.policies.acceptance import HandBackReason
from services.matcher.policies.departures import UntilPassed, check_until, comes_back
from services.matcher.policies.windows import Span

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
AWAY = Span(NOW, NOW + 24 * HOUR)


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [(1, 2, True), (23, 25, True), (-1, 1, True), (24, 25, False), (30, 31, False), (-2, 0, False)],
)
def test_what_lies_in_the_absence_comes_back(starts: int, ends: int, expected: bool) -> None:
    """Also in part; what begins as it ends does not."""
    assert expected == comes_back(Span(NOW + starts * HOUR, NOW + ends * HOUR), AWAY)


def test_everything_comes_back_for_good_and_what_has_no_time_in_any_case() -> None:
    """Who is gone serves nothing; who is ill nothing that may be served at any time."""
    assert (True, True) == (comes_back(Span(NOW + 30 * HOUR, NOW + 31 * HOUR), None), comes_back(None, AWAY))


def test_an_illness_ends_after_it_has_begun() -> None:
    """Now is too early."""
    with pytest.raises(UntilPassed):
        check_until(NOW, NOW)


def test_nobody_tells_that_they_departed_and_it_counts_for_nothing() -> None:
    """The words are the service's own: told by a volunteer they are free words."""
    gone = [HandBackReason.ILL, HandBackReason.DEPARTED, HandBackReason.SUSPENDED, HandBackReason.REMOVED]
    assert [(HandBackReason.OTHER, False)] * 4 == [(HandBackReason.of(one.value), one.counts) for one in gone]
