"""Two orders may be one matter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.intake.policies.similarity import Matter, at_one_time, likeness, near, similarity, spoken
from shared.community.definition import Community
from shared.contracts.words import Window

AT = datetime(2026, 11, 22, 11, tzinfo=UTC)


def window(starts: float, ends: float) -> Window:
    """A window, in hours from now."""
    return Window(from_=AT + timedelta(hours=starts), to=AT + timedelta(hours=ends))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("6栋2单元有流浪狗叫", "6栋3单元有流浪狗叫", False),
        ("6栋2单元有流浪狗叫", "6幢二单元有流浪狗在叫", True),
        ("十二号楼路灯不亮", "12栋路灯不亮了", True),
        ("十二号楼路灯不亮", "２号楼路灯不亮", False),
        ("路灯不亮", "3栋路灯不亮", True),
        ("building 6 unit 2 dogs bark", "Building 6 unit 3 dogs bark", False),
        ("路灯不亮", "有人在楼道里堆放纸箱", False),
        ("", "3栋路灯不亮", True),
    ],
)
def test_places_are_compared_apart_from_words(one: str, other: str, alike: bool) -> None:
    """One number that differs makes two places; however it is written, the same number is the same place."""
    assert alike == (likeness(one, other) >= 30)


def test_numbers_are_read_as_people_write_them() -> None:
    """Digits and Chinese numerals mean the same."""
    assert {"building": {21}, "unit": {2}, "floor": {10}, "room": {105}} == {
        kind: set(numbers) for kind, numbers in spoken("二十一栋2单元十层一百零五室").places.items()
    }


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("east-g1", "east-g1", True),
        ("east-g1-b1", "east-g1", True),
        ("east-g1-b1", "east-g1-b2", False),
        ("east-g1", "east-g2", True),
        ("east-g1-b1", "east-g2", False),
        ("east-g1", "west-g1", False),
    ],
)
def test_near_is_the_same_place_or_the_next_grid(rules: Community, one: str, other: str, expected: bool) -> None:
    """Two buildings are two places; two grids of one community are neighbours."""
    assert (expected, expected) == (near(rules.areas, one, other), near(rules.areas, other, one))


def test_windows_a_day_apart_are_two_visits() -> None:
    """Who wants it tonight and who wants it the day after tomorrow do not ask for the same visit."""
    tonight, later, soon = window(0, 2), window(27, 29), window(4, 6)
    assert [True, True, False, False] == [
        at_one_time(tonight, None), at_one_time(tonight, soon),
        at_one_time(tonight, later), at_one_time(later, tonight),
    ]  # fmt: skip


def test_another_place_is_another_matter(rules: Community) -> None:
    """The very words somewhere else are somebody else's."""
    here, there = (Matter(area, "路灯不亮", AT) for area in ("east-g1", "west-g1"))
    assert (100.0, 0.0) == (similarity(rules.areas, here, here), similarity(rules.areas, here, there))
