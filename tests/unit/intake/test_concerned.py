"""Two sides, and when they can meet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.intake.policies.concerned import hears_of_danger, meeting
from shared.contracts.words import Window

AT = datetime(2026, 11, 22, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)


def window(starts: float, ends: float) -> Window:
    """A window, in hours from now."""
    return Window(from_=AT + starts * HOUR, to=AT + ends * HOUR)


def test_two_sides_meet_where_their_windows_overlap() -> None:
    """The overlap, and only where it is long enough for the service."""
    assert [window(2, 4), window(2, 3), None, None] == [
        meeting(window(0, 4), window(2, 6), HOUR),
        meeting(window(0, 6), window(2, 3), HOUR),
        meeting(window(0, 4), window(3.5, 6), HOUR),
        meeting(window(0, 2), window(4, 6), HOUR),
    ]


def test_who_names_no_time_has_time() -> None:
    """Then the other's window is the one."""
    assert [window(0, 4), window(0, 4), None] == [
        meeting(None, window(0, 4), HOUR),
        meeting(window(0, 4), None, HOUR),
        meeting(None, None, HOUR),
    ]


def test_a_danger_is_on_the_page_of_who_reported_it_alone() -> None:
    """What whoever serves reported is on no resident's."""
    entries = [("incident_reported", "resident"), ("incident_raised", "volunteer"), ("leg_started", "volunteer")]
    shown = [[hears_of_danger(what, by, reports=reports) for what, by in entries] for reports in (True, False)]
    assert [[True, False, True], [False, False, True]] == shown
