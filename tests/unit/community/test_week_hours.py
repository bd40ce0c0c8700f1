"""Free hours of a week: bit arithmetic against a naive model that walks from hour to hour."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.community.calendar import official
from shared.community.hours import ALL_WEEK, WeekHours
from shared.community.local import LocalTime

SHANGHAI = ZoneInfo("Asia/Shanghai")
HALF_HOUR_OFF = timezone(timedelta(hours=5, minutes=30))

weeks = st.one_of(
    st.sets(st.integers(0, 167)).map(WeekHours.of),
    st.sets(st.integers(0, 167), max_size=4).map(lambda busy: WeekHours.of(set(range(168)) - busy)),
    st.sampled_from([WeekHours(0), WeekHours(ALL_WEEK), WeekHours.parse("mon-fri 18-22; sat-sun 8-22")]),
)
instants = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.sampled_from([UTC, HALF_HOUR_OFF]))  # noqa: DTZ001 - bounds
lengths = st.one_of(
    st.timedeltas(timedelta(microseconds=1), timedelta(hours=12)),
    st.timedeltas(timedelta(hours=1), timedelta(days=30)),
    st.integers(1, 400).map(lambda hours: timedelta(hours=hours)),
)
clocks = st.builds(
    LocalTime, st.sampled_from([SHANGHAI, UTC, HALF_HOUR_OFF]), st.sampled_from([official(""), official("china")])
)
PLAIN = LocalTime(SHANGHAI, official(""))


def stretches(hours: WeekHours, start: datetime, end: datetime, local: LocalTime) -> Iterator[tuple[bool, timedelta]]:
    """Walk a span hour by hour: whether each is free and how much of it the span has."""
    free = set(hours)
    at = local.local(start)
    while at < end:
        next_hour = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        until = min(next_hour, local.local(end))
        row, hour = local.row_hour(at)
        yield row * 24 + hour in free, until - at
        at = until


@given(hours=weeks, start=instants, length=lengths, local=clocks)
@example(WeekHours(ALL_WEEK), datetime(2026, 11, 22, 23, 30, tzinfo=UTC), timedelta(days=9), PLAIN)
def test_the_longest_free_stretch_is_found(
    hours: WeekHours, start: datetime, length: timedelta, local: LocalTime
) -> None:
    """Adjoining free hours count as one stretch, cut at both ends of the window, in whole minutes."""
    walked = itertools.groupby(stretches(hours, start, start + length, local), key=lambda stretch: stretch[0])
    runs = (sum((part for _, part in parts), timedelta()) for free, parts in walked if free)
    expected = max(runs, default=timedelta()) // timedelta(minutes=1)
    assert expected == hours.longest_free_minutes(start, start + length, local)


@given(hours=weeks, at=instants, local=clocks)
def test_free_at_an_instant_is_the_hour_it_lies_in(hours: WeekHours, at: datetime, local: LocalTime) -> None:
    """Local time and the calendar decide."""
    row, hour = local.row_hour(at)
    assert (row * 24 + hour in set(hours)) == hours.free_at(at, local)


@given(hours=weeks)
def test_hours_are_written_as_42_hex_digits_and_read_back(hours: WeekHours) -> None:
    """The column's form loses nothing; length counts the free hours."""
    assert (42, hours) == (len(hours.hex), WeekHours.parse(hours.hex))
    assert (hours, len(hours)) == (WeekHours.of(hours), len(list(hours)))


def test_the_first_bit_is_monday_midnight() -> None:
    """Bit h is h hours after Monday 00:00 local time."""
    monday = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert WeekHours(1).free_at(monday, PLAIN)
    assert not WeekHours(1).free_at(monday - timedelta(minutes=1), PLAIN)
    assert "0" * 41 + "1" == WeekHours(1).hex


def test_a_span_across_sunday_midnight_wraps_round() -> None:
    """The week has no end for someone free Sunday night and Monday morning."""
    hours = WeekHours.parse("sun 22-24; mon 0-2")
    sunday = datetime(2026, 11, 22, 22, 0, tzinfo=SHANGHAI)
    assert 240 == hours.longest_free_minutes(sunday - timedelta(days=1), sunday + timedelta(days=1), PLAIN)


def test_spans_must_be_aware_and_end_after_they_start() -> None:
    """A naive time or an empty span is a mistake of the caller."""
    hours, noon = WeekHours(ALL_WEEK), datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    for start, end in ((noon, noon), (noon, noon - timedelta(hours=1))):
        with pytest.raises(ValueError, match="must end after it starts"):
            hours.longest_free_minutes(start, end, PLAIN)
    with pytest.raises(ValueError, match="aware"):
        hours.free_at(noon.replace(tzinfo=None), PLAIN)
    with pytest.raises(ValueError, match="aware"):
        hours.longest_free_minutes(noon, (noon + timedelta(hours=1)).replace(tzinfo=None), PLAIN)


@pytest.mark.parametrize(
    ("plan", "hours"),
    [
        ("mon 0-1", {0}),
        ("sun 23-24", {167}),
        ("mon-fri 18-22; sat-sun 8-22", {d * 24 + h for d in range(7) for h in range(18 if d < 5 else 8, 22)}),
        ("周一至周五 18-22；周末 8-22", {d * 24 + h for d in range(7) for h in range(18 if d < 5 else 8, 22)}),
        ("周一-周五 18至22;周六到周日 8到22", {d * 24 + h for d in range(7) for h in range(18 if d < 5 else 8, 22)}),
        ("daily 0-24", set(range(168))),
        ("每天 0-24", set(range(168))),
        ("WEEKDAYS 12-14", {d * 24 + h for d in range(5) for h in (12, 13)}),
        ("工作日 12-14", {d * 24 + h for d in range(5) for h in (12, 13)}),
        ("fri 22-2", {118, 119, 120, 121}),
        ("周天 22-2", {166, 167, 0, 1}),
        ("weekends 8-9", {128, 152}),
    ],
)
def test_a_plan_is_read_as_people_write_it(plan: str, hours: set[int]) -> None:
    """Days and whole hours, in English or Chinese, past midnight into the next day."""
    assert hours == set(WeekHours.parse(plan))


@pytest.mark.parametrize(
    "plan",
    ["", "mon", "18-22", "mon 18", "mon 18-25", "mon 24-25", "mon 8-8", "fri-mon 8-9", "mon-tue-wed 8-9",
     "blursday 8-9", "mon 8-9;", "mon 8:30-9", "mon -1-9", "f" * 41, "周一至 8-9"],
)  # fmt: skip
def test_a_plan_that_cannot_be_read_is_refused(plan: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=r"plan|hours"):
        WeekHours.parse(plan)


@pytest.mark.parametrize("bits", [-1, ALL_WEEK + 1])
def test_a_week_has_168_hours(bits: int) -> None:
    """More or fewer bits are refused, as are hours outside the week."""
    with pytest.raises(ValueError, match="168 hours"):
        WeekHours(bits)
    with pytest.raises(ValueError, match="0 to 167"):
        WeekHours.of([168 if bits > 0 else -1])


def test_models_keep_hours_as_hex() -> None:
    """In a model hours are read from text or taken as they are, and go out as hex."""

    class Availability(BaseModel):
        hours: WeekHours

    hours = WeekHours.parse("mon 0-4")
    assert hours == Availability(hours=hours).hours == Availability.model_validate({"hours": "mon 0-4"}).hours
    written = Availability(hours=hours).model_dump_json()
    assert f'{{"hours":"{"0" * 41}f"}}' == written
    assert hours == Availability.model_validate_json(written).hours
    assert {"type": "string"} == {
        key: value for key, value in Availability.model_json_schema()["properties"]["hours"].items() if key == "type"
    }
    with pytest.raises(ValidationError):
        Availability.model_validate({"hours": "whenever"})
