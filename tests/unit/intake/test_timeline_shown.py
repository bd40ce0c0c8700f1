"""What a timeline tells of asking: that people were asked, not how many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.intake.models import TimelineEntry
from services.intake.queries.orders import waves_as_one

AT = datetime(2026, 11, 22, 11, tzinfo=UTC)


def test_the_people_of_one_wave_are_one_line() -> None:
    """Of each moment somebody was asked at the first line is left; all else stays, in its order."""
    course = [("order_placed", 0), *[("offer_made", 1)] * 3, ("offer_countered", 1), ("offer_made", 9)]
    entries = [
        TimelineEntry(
            order_id="o-1",
            position=position,
            source="matcher",
            version=position,
            kind=kind,
            at=AT + timedelta(minutes=minute),
            by_role="system",
            state="offered",
            holder_role=None,
            holder_area=None,
            due_at=None,
            next_step="offer",
        )
        for position, (kind, minute) in enumerate(course, start=1)
    ]
    assert [1, 2, 5, 6] == [one.position for one in waves_as_one(entries)]
