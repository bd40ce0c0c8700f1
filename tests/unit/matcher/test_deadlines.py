"""When people are looked for again: together."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.policies.deadlines import next_look
from tests.unit.matcher.people import NOW

MINUTES = st.integers(1, 600).map(lambda minutes: timedelta(minutes=minutes))


@given(later=st.timedeltas(timedelta(), timedelta(days=3)), pause=MINUTES)
def test_the_next_look_is_within_one_pause(later: timedelta, pause: timedelta) -> None:
    """Never now, so that a look is no busy wait, and never later than the pause allows."""
    now = NOW + later
    assert timedelta() < next_look(now, pause) - now <= pause


@given(first=st.timedeltas(timedelta(), timedelta(days=1)), pause=MINUTES)
def test_whoever_waits_in_the_same_pause_is_looked_at_together(first: timedelta, pause: timedelta) -> None:
    """A leg that begins to wait just before a look has it in common with one that has waited longer."""
    now = NOW + first
    look = next_look(now, pause)
    assert look == next_look(look - timedelta(microseconds=1), pause)
