"""Which weekday's hours hold on a day, and which hours of a week a span touches by the local clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.community.calendar import official
from shared.community.definition import DefinitionInvalid, load
from shared.community.hours import WeekHours
from shared.community.local import LocalTime
from tests.unit.community import small_county

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = LocalTime(SHANGHAI, official("china"))
IN_SERVICE = WeekHours.parse("mon-fri 18-22; sat-sun 8-22")
FRIDAY, SATURDAY, SUNDAY, MONDAY = 4, 5, 6, 0


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-09-30", 2),  # an ordinary Wednesday
        ("2026-10-01", SUNDAY),  # National Day, a Thursday
        ("2026-10-03", SATURDAY),
        ("2026-10-04", SUNDAY),
        ("2026-10-07", SUNDAY),  # the last day of the holidays, a Wednesday
        ("2026-10-08", 3),
        ("2026-10-10", FRIDAY),  # a Saturday made up for
        ("2026-09-20", MONDAY),  # a Sunday made up for
        ("2026-10-11", SUNDAY),
        ("2190-10-01", 4),  # nobody has published that year yet
    ],
)
def test_holidays_are_sundays_and_make_up_days_are_workdays(day: str, expected: int) -> None:
    """China, 2026: the National Day holidays and the weekends that are worked for them."""
    assert expected == official("china").row(date.fromisoformat(day))


@given(st.dates())
def test_without_a_calendar_each_day_is_its_own_weekday(day: date) -> None:
    """A definition need not name one."""
    assert day.weekday() == official("").row(day)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-10-01T10:00+08:00", True),  # a Thursday, but National Day
        ("2026-10-08T10:00+08:00", False),  # the Thursday after
        ("2026-10-10T10:00+08:00", False),  # a Saturday on which people work
        ("2026-10-10T19:00+08:00", True),
        ("2026-10-17T10:00+08:00", True),  # an ordinary Saturday
        ("2026-09-30T16:30+00:00", False),  # half past midnight of National Day in Shanghai
    ],
)
def test_who_works_is_free_on_holidays_and_not_on_make_up_workdays(at: str, expected: bool) -> None:
    """The default hours of in-service members follow the official calendar."""
    assert expected == IN_SERVICE.free_at(datetime.fromisoformat(at), CHINA)


def test_the_longest_stretch_runs_across_days_of_different_kinds() -> None:
    """Friday to Saturday: the evening ends at 22:00; on the make-up Saturday nothing is free before 18:00."""
    friday = datetime(2026, 10, 9, 20, 0, tzinfo=SHANGHAI)
    found = [
        IN_SERVICE.longest_free_minutes(start, start + timedelta(hours=20), CHINA)
        for start in (friday, friday + timedelta(days=7))
    ]
    assert [120, 480] == found


def test_the_day_of_an_instant_is_the_local_one() -> None:
    """A budget of offers ends at local midnight."""
    late = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
    found = [CHINA.day(late), CHINA.day(late + timedelta(minutes=1))]
    assert [date(2026, 11, 22), date(2026, 11, 23)] == found


@given(
    start=st.datetimes(datetime(2025, 12, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    length=st.timedeltas(timedelta(microseconds=1), timedelta(days=12)),
    zone=st.sampled_from([SHANGHAI, UTC, timezone(timedelta(hours=5, minutes=30))]),
)
def test_the_hours_of_a_span_are_those_the_clock_walks_through(
    start: datetime, length: timedelta, zone: tzinfo
) -> None:
    """Against the naive model: walk from hour to hour and look each day up."""
    china, expected = official("china"), []
    at = start.astimezone(zone)
    while at < start + length:
        expected.append(china.row(at.date()) * 24 + at.hour)
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    assert expected == list(LocalTime(zone, china).hours_of(start, start + length))


def test_a_definition_names_its_calendar(tmp_path: Path) -> None:
    """An unknown one is a fault; without one the plain week holds."""
    zone = 'time_zone = "Asia/Shanghai"\n'
    found = [
        load(small_county.write(tmp_path, "small.toml", zone, zone + line)).local_time.row_hour(
            datetime(2026, 10, 1, 10, 0, tzinfo=SHANGHAI)
        )
        for line in ("", 'calendar = "china"\n')
    ]
    assert [(3, 10), (SUNDAY, 10)] == found
    with pytest.raises(DefinitionInvalid, match="calendar: there is no calendar 'mars'; there is china"):
        load(small_county.write(tmp_path, "small.toml", zone, zone + 'calendar = "mars"\n'))
