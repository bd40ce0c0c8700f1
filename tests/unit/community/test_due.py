"""Clocks that run in certain hours only, by the official calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.community.calendar import official
from shared.community.definition import load
from shared.community.due import after, dispatch_due, tier_due
from shared.community.hours import ALL_WEEK, WeekHours
from shared.community.local import LocalTime
from shared.contracts.words import Urgency, Window
from tests.unit.community.small_county import write

SHANGHAI = LocalTime(ZoneInfo("Asia/Shanghai"), official("china"))
DAYS = WeekHours.parse("daily 8-22")
OFFICE = WeekHours.parse("mon-fri 9-18")
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    """An instant by Shanghai's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI.zone)


@pytest.mark.parametrize(
    ("start", "length", "hours", "end"),
    [
        ("2026-11-23T09:00", 4 * HOUR, None, "2026-11-23T13:00"),
        ("2026-11-23T09:00", 4 * HOUR, DAYS, "2026-11-23T13:00"),
        ("2026-11-23T20:30", 4 * HOUR, DAYS, "2026-11-24T10:30"),
        ("2026-11-23T23:15", HOUR, DAYS, "2026-11-24T09:00"),
        ("2026-11-27T17:30", HOUR, OFFICE, "2026-11-30T09:30"),
        ("2026-09-30T17:00", 2 * HOUR, OFFICE, "2026-10-08T10:00"),
        ("2026-11-23T21:00", HOUR, DAYS, "2026-11-23T22:00"),
    ],
    ids=["always", "within", "over night", "begins at night", "over a weekend", "over the National Day", "to the end"],
)  # fmt: skip
def test_a_clock_runs_in_its_hours_only(start: str, length: timedelta, hours: WeekHours | None, end: str) -> None:
    """It stands at night, at weekends and on holidays where its hours leave them out."""
    assert at(end) == after(SHANGHAI, at(start), length, hours)


@given(
    minutes=st.integers(0, 60 * 24 * 10),
    length=st.integers(1, 60 * 30),
    more=st.integers(1, 600),
)
def test_a_longer_clock_ends_later_and_a_clock_that_always_runs_first(minutes: int, length: int, more: int) -> None:
    """Whatever its hours; hours that are the whole week change nothing."""
    start = at("2026-11-20T00:00") + timedelta(minutes=minutes)
    one, longer = (after(SHANGHAI, start, timedelta(minutes=one), DAYS) for one in (length, length + more))
    whole = after(SHANGHAI, start, timedelta(minutes=length), WeekHours(ALL_WEEK))
    assert start + timedelta(minutes=length) == whole <= one < longer


def test_an_order_for_a_time_far_ahead_waits_for_people_until_its_lead(tmp_path: Path) -> None:
    """Never beyond the end of the window, and never less long than any other order."""
    county = load(write(tmp_path))
    normal = county.clocks.normal.model_copy(update={"lead_minutes": 12 * 60})
    rules = replace(county, clocks=county.clocks.model_copy(update={"normal": normal}))
    now = at("2026-11-23T09:00")

    def due(start: str, end: str) -> datetime:
        return dispatch_due(rules, Urgency.NORMAL, Window(from_=at(start), to=at(end)), now)

    clock = now + normal.dispatch
    assert clock == dispatch_due(rules, Urgency.NORMAL, None, now)
    assert at("2026-11-25T07:00") == due("2026-11-25T19:00", "2026-11-25T21:00")
    assert clock == due("2026-11-23T19:00", "2026-11-23T21:00")
    assert at("2026-11-23T11:00") == due("2026-11-23T10:00", "2026-11-23T11:00")


def test_a_coordinators_clock_runs_in_its_hours_too(tmp_path: Path) -> None:
    """Who gets an order late in the evening need not have decided at night."""
    county = load(write(tmp_path))
    normal = county.clocks.normal.model_copy(update={"tier_minutes": 120, "hours": DAYS})
    rules = replace(county, clocks=county.clocks.model_copy(update={"normal": normal}))
    assert at("2026-11-24T09:00") == tier_due(rules, Urgency.NORMAL, at("2026-11-23T21:00"))
