"""How long somebody waits who looks for what is not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.intake.models import Misses
from shared.identity.waiting import FORGIVEN, wait_after

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)


def test_the_first_misses_are_free_and_each_further_one_waits_twice_as_long() -> None:
    """At most an hour, however many they are."""
    seconds = [wait_after(count, 3).total_seconds() for count in (1, 3, 4, 5, 6, 15, 16, 10_000)]
    assert [0, 0, 1, 2, 4, 2048, 3600, 3600] == seconds


def test_a_day_without_a_miss_forgives() -> None:
    """The count begins anew, not the waits of whoever goes on."""
    row = Misses(address_print="x", count=8, last_at=NOW, wait_until=NOW)
    row.add(NOW + FORGIVEN, 3, FORGIVEN)
    waited = row.count, row.wait_until
    row.add(NOW + FORGIVEN * 2 + timedelta(seconds=1), 3, FORGIVEN)
    assert (9, NOW + FORGIVEN + timedelta(seconds=32), 1) == (*waited, row.count)
