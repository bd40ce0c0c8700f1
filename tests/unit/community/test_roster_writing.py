"""A roster that was written is read back as it was."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from shared.community.definition import Community, load
from shared.community.hours import ALL_WEEK, VolunteerKind, WeekHours
from shared.community.phones import NEVER_RINGS
from shared.community.posts import Unit
from shared.community.roster import RosterFile, RosterRow, read_roster_file
from shared.community.roster_writing import plain, plan_of, roster_csv, roster_workbook, units_csv
from shared.community.text import Text
from tests.unit.community import small_county

FACTORY = Unit(unit_id="u-9", name=Text(zh="纺织厂", en="Mill"), located_in="east", paired_with="west-g1", hidden=True)


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county."""
    return load(small_county.write(tmp_path_factory.mktemp("definition")))


def people() -> st.SearchStrategy[RosterRow]:
    """Volunteers of the small county, in all variety."""
    return st.builds(
        RosterRow,
        volunteer_id=st.just("v-1"),
        name=st.text("赵钱孙李'\",;%", min_size=1, max_size=20),
        phone=st.integers(0, 99_999_999).map(lambda number: f"+86{NEVER_RINGS}{number:08}"),
        kind=st.sampled_from(VolunteerKind),
        unit=st.sampled_from([None, "u-1", "u-9"]),
        profession=st.sampled_from([None, "teacher"]),
        home=st.sampled_from(["east-g1", "east-g1-b1", "west-g1"]),
        posts=st.just(("tutoring-east", "tutoring-small")),
        vetted_posts=st.sampled_from([(), ("tutoring-east",)]),
        hours=st.none() | st.integers(0, ALL_WEEK).map(WeekHours),
        capacity=st.integers(1, 20),
        on_duty=st.sampled_from([None, True, False]),
        daily_offers=st.none() | st.integers(1, 50),
        urgent_at_work=st.sampled_from([None, True, False]),
        secretary=st.sampled_from([None, False]),
    )


@given(row=people())
def test_volunteers_come_back_from_a_table(community: Community, row: RosterRow) -> None:
    """Every column says what it said."""
    assert (row,) == read_roster_file(roster_csv([row]), "a.csv", community, units=[FACTORY]).volunteers


@given(row=people())
def test_a_workbook_brings_back_volunteers_and_units(community: Community, row: RosterRow) -> None:
    """Both sheets, every cell a text."""
    roster = RosterFile((row,), (FACTORY,))
    assert roster == read_roster_file(roster_workbook(roster), "a.xlsx", community)


def test_units_come_back_from_a_table(community: Community) -> None:
    """Under their own header."""
    assert (FACTORY,) == read_roster_file(units_csv([FACTORY]), "a.csv", community).units


@given(bits=st.integers(0, ALL_WEEK))
def test_hours_are_written_as_a_plan_that_says_the_same(bits: int) -> None:
    """Any week; one that a plan cannot say in a cell is written in digits."""
    assert WeekHours(bits) == WeekHours.parse(plan_of(WeekHours(bits)))


@pytest.mark.parametrize("plan", ["mon-fri 18-22; sat-sun 8-22", "mon 0-24", "tue 8-9; tue 10-12; sun 23-24"])
def test_a_plan_is_what_people_write(plan: str) -> None:
    """Days alike are joined."""
    assert plan == plan_of(WeekHours.parse(plan))


STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Written down a second time."""


@given(text=st.text(max_size=10))
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    """A text that looks like one is held back by an apostrophe, any other is left alone."""
    told = plain(text)
    assert (False, True) == (told.startswith(STARTS), told.endswith(text))


@pytest.mark.parametrize("start", STARTS)
def test_each_start_of_a_formula_is_held_back(start: str) -> None:
    """In full width as well: spreadsheets in Chinese take both for the same."""
    assert f"'{start}1+1" == plain(f"{start}1+1")


def test_a_hostile_name_stays_a_text_in_a_workbook(community: Community) -> None:
    """Whatever the database holds, the spreadsheet computes nothing."""
    row = RosterRow(
        volunteer_id="v-1", name="=1+1", phone="+8615400000001", kind=VolunteerKind.RETIRED, unit=None,
        profession=None, home="east-g1", posts=(), vetted_posts=(), hours=None, capacity=2,
    )  # fmt: skip
    book = load_workbook(io.BytesIO(roster_workbook(RosterFile((row,)))))
    assert ("'=1+1", "s") == (book["volunteers"]["B2"].value, book["volunteers"]["B2"].data_type)
