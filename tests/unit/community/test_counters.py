"""Counters: one for an area and all below it, open by the official calendar; what needs presence is theirs."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from deploy.definitions import REFERENCE_COUNTY
from shared.community.calendar import official
from shared.community.definition import Community, DefinitionInvalid, load
from shared.community.departments import DepartmentKind
from shared.community.hours import WeekHours
from shared.community.local import LocalTime
from shared.community.opening import is_open, openings
from shared.contracts.words import Window
from tests.unit.community import small_county

COUNTERS = """\
code,area,name_zh,name_en,hours
counter-all,small,县服务台,County counter,mon-fri 9-12
counter-east,east,东服务台,East counter,mon-fri 9-12; mon-fri 14-17
"""
HOURS = WeekHours.parse("mon-fri 9-12; mon-fri 14-17")
HALF_AN_HOUR = timedelta(minutes=30)


def at(text: str) -> datetime:
    """A moment on the wall clock of the community."""
    return datetime.fromisoformat(f"{text}+08:00")


def window(begin: str, end: str) -> Window:
    """From one moment to another."""
    return Window(from_=at(begin), to=at(end))


@pytest.fixture
def local() -> LocalTime:
    """Chinese local time by the official calendar."""
    return LocalTime(at("2026-09-28T00:00").tzinfo, official("china"))  # type: ignore[arg-type]  # it has a zone


def with_counters(folder: Path, counters: str = COUNTERS) -> Path:
    """The small county with counters."""
    path = small_county.write(
        folder, "small.toml", 'posts = "posts.csv"', 'posts = "posts.csv"\ncounters = "counters.csv"'
    )
    (folder / "counters.csv").write_text(counters, encoding="utf-8")
    return path


def test_the_nearest_counter_answers_for_an_area(tmp_path: Path) -> None:
    """That of the smallest area above it; its kind and hours come from the table."""
    county = load(with_counters(tmp_path))
    found = {area: county.counter_of(area) for area in ("east-g1", "west-g1")}
    assert {"east-g1": "counter-east", "west-g1": "counter-all"} == {
        area: one.code for area, one in found.items() if one
    }
    counter = county.departments_by_code["counter-east"]
    assert (DepartmentKind.COUNTER, HOURS, ("east",)) == (counter.kind, counter.hours, counter.areas)


def test_without_counters_nobody_answers(tmp_path: Path) -> None:
    """A definition needs none."""
    assert load(small_county.write(tmp_path)).counter_of("east-g1") is None


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("counter-east,east", "counter-east,nowhere", "row 3, area: there is no area 'nowhere'"),
        ("counter-east,east", "counter-all,east", "row 3, code: 'counter-all' is given twice"),
        ("counter-east,east", "counter-east,small", "row 3, area: 'small' is given twice"),
        ("mon-fri 9-12\n", f"{0:042x}\n", "row 2, hours: a counter must open at some hour"),
    ],
)
def test_a_counter_that_cannot_be_is_named(tmp_path: Path, old: str, new: str, rule: str) -> None:
    """Its row and the broken rule."""
    with pytest.raises(DefinitionInvalid) as broken:
        load(with_counters(tmp_path, COUNTERS.replace(old, new, 1)))
    assert [f"counters.csv: {rule}"] == [str(fault) for fault in broken.value.faults]


def test_appointments_are_the_next_hours_of_opening(local: LocalTime) -> None:
    """From the next whole hour on; the morning and the afternoon apart."""
    expected = [
        window("2026-09-29T10:00", "2026-09-29T12:00"),
        window("2026-09-29T14:00", "2026-09-29T17:00"),
        window("2026-09-30T09:00", "2026-09-30T12:00"),
    ]
    assert expected == openings(HOURS, local, at("2026-09-29T09:20"), 3, HALF_AN_HOUR)


def test_appointments_follow_the_official_calendar(local: LocalTime) -> None:
    """The holiday of October is left out; Saturday the tenth is a make-up workday."""
    found = openings(HOURS, local, at("2026-09-30T16:30"), 5, HALF_AN_HOUR)
    days = [one.from_.astimezone(local.zone).day for one in found]
    assert [8, 8, 9, 9, 10] == days


def test_too_short_an_opening_is_no_appointment(local: LocalTime) -> None:
    """What takes longer than the morning begins in the afternoon."""
    (found,) = openings(WeekHours.parse("mon 9-10; mon 14-17"), local, at("2026-09-28T08:00"), 1, timedelta(hours=2))
    assert window("2026-09-28T14:00", "2026-09-28T17:00") == found


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("2026-09-29T09:00", "2026-09-29T12:00", True),
        ("2026-09-29T10:15", "2026-09-29T10:45", True),
        ("2026-09-29T11:00", "2026-09-29T14:30", False),
        ("2026-09-29T18:00", "2026-09-29T19:00", False),
        ("2026-10-01T09:00", "2026-10-01T12:00", False),
    ],
)
def test_an_appointment_lies_within_the_hours_of_opening(
    local: LocalTime, begin: str, end: str, *, expected: bool
) -> None:
    """Wholly, and not on a holiday."""
    assert expected == is_open(HOURS, local, window(begin, end))


def test_every_community_of_the_reference_county_has_a_counter() -> None:
    """It answers for each of its grids."""
    county: Community = load(REFERENCE_COUNTY)
    grids = county.areas.of_kind("grid")
    found = {counter.areas[0] for grid in grids if (counter := county.counter_of(grid.code))}
    assert {community.code for community in county.areas.of_kind("community")} == found
