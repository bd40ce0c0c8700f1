"""Windows against free hours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.policies.windows import Serving, Span, is_free, serving_of, span_of
from shared.community.hours import WeekHours
from shared.contracts.words import Window
from tests.unit.matcher.people import LOCAL, NOW, span

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENINGS = WeekHours.parse("daily 18-22")
hours = st.integers(-50, 50)
lengths = st.integers(1, 50)


def window(start_hours: float, length_hours: float) -> Window:
    """A window that starts some hours from now."""
    given_span = span(start_hours, length_hours)
    return Window(from_=given_span.start, to=given_span.end)


@given(hours, lengths, hours, lengths)
def test_spans_overlap_exactly_when_they_share_an_hour(a: int, a_long: int, b: int, b_long: int) -> None:
    """Against the naive model: sets of whole hours."""
    shared = set(range(a, a + a_long)) & set(range(b, b + b_long))
    one, other = span(a, a_long), span(b, b_long)
    assert (bool(shared), bool(shared)) == (one.overlaps(other), other.overlaps(one))


def test_without_a_window_an_order_is_served_within_the_service_clock() -> None:
    """The window is then from now to the end of the service clock, and it can be moved."""
    expected = Serving(Span(NOW, NOW + DAY), 90, fixed=False)
    assert expected == serving_of(None, NOW, 1.5 * HOUR, DAY)


def test_a_window_that_has_begun_counts_from_now_on() -> None:
    """What is over cannot be used; what is needed stays the whole duration."""
    expected = Serving(span(0, 2), 60, fixed=True)
    assert expected == serving_of(window(-3, 5), NOW, HOUR, DAY)


def test_a_window_shorter_than_the_service_needs_all_of_it() -> None:
    """At least min(duration, window length) must be free."""
    serving = serving_of(window(1, 0.5), NOW, HOUR, DAY)
    assert serving is not None
    assert 30 == serving.minutes


def test_a_window_that_has_passed_cannot_be_served() -> None:
    """Nobody is asked for yesterday."""
    assert None is serving_of(window(-3, 3), NOW, HOUR, DAY)


def test_no_window_has_no_span() -> None:
    """So it overlaps nothing."""
    assert None is span_of(None)


@pytest.mark.parametrize(
    ("start", "length", "minutes", "expected"),
    [
        (0, 3, 60, True),  # 19:00 to 22:00, all free
        (2, 3, 60, True),  # 21:00 to 24:00, one free hour at its beginning
        (2, 3, 61, False),
        (3, 5, 15, False),  # 22:00 to 03:00
        (14, 10, 60, True),  # Monday 09:00 to 19:00
    ],
)
def test_a_free_stretch_must_be_long_enough(start: float, length: float, minutes: int, expected: bool) -> None:
    """A contiguous stretch inside the window, by the local clock."""
    serving = Serving(span(start, length), minutes, fixed=True)
    assert expected == is_free(EVENINGS, serving, LOCAL)


def test_two_free_stretches_do_not_add_up() -> None:
    """Half an hour at each end of a window is no hour."""
    split = WeekHours.parse("sun 19-20; sun 21-22")
    serving = Serving(span(0, 3), 90, fixed=True)
    assert not is_free(split, serving, LOCAL)
