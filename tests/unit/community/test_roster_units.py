"""Units come with a roster: in a sheet of their own, or as a table of their own."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from openpyxl import Workbook

from shared.community.definition import Community, load
from shared.community.posts import Unit
from shared.community.roster import RosterFault, RosterInvalid, read_roster_file
from shared.community.roster_faults import RosterRule
from shared.community.text import Text
from tests.unit.community import small_county
from tests.unit.community.small_roster import QIAN, ZHAO, as_csv

HEADER = ["unit_id", "name_zh", "name_en", "located_in", "paired_with", "hidden"]
MILL = ["u-9", "纺织厂", "Mill", "east", "west-g1", "yes"]
MADE = Unit(unit_id="u-9", name=Text(zh="纺织厂", en="Mill"), located_in="east", paired_with="west-g1", hidden=True)


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county."""
    return load(small_county.write(tmp_path_factory.mktemp("definition")))


def workbook(**sheets: Sequence[Sequence[str]]) -> bytes:
    """A workbook with these sheets."""
    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def people(**changes: str) -> list[list[str]]:
    """A sheet of one volunteer."""
    row = QIAN | changes
    return [list(row), list(row.values())]


def faults(content: bytes, filename: str, community: Community) -> tuple[RosterFault, ...]:
    """What is wrong with a file that must be refused."""
    with pytest.raises(RosterInvalid) as refused:
        read_roster_file(content, filename, community)
    return refused.value.faults


def test_volunteers_may_belong_to_a_unit_of_the_same_workbook(community: Community) -> None:
    """The second sheet, called units, is read first; its units are known by their names as well."""
    for titles in ("units", "单位"):
        content = workbook(people=people(unit="纺织厂"), **{titles: [HEADER, MILL]})
        read = read_roster_file(content, "roster.xlsx", community)
        assert ((MADE,), ["u-9"]) == (read.units, [row.unit for row in read.volunteers])


def test_a_table_of_units_needs_no_volunteers(community: Community) -> None:
    """A CSV file, or a workbook's only sheet, under the header of units; the English name may be missing."""
    rows = [["单位编号", "单位名称", "所在辖区"], ["u-9", "纺织厂", "east"]]
    table = "\n".join(",".join(row) for row in rows).encode()
    for content, name in ((table, "units.csv"), (workbook(first=rows), "a.xlsx"), (workbook(units=rows), "a.xlsx")):
        read = read_roster_file(content, name, community)
        plain = Unit(unit_id="u-9", name=Text(zh="纺织厂", en="纺织厂"), located_in="east")
        assert ((plain,), ()) == (read.units, read.volunteers)


def test_units_known_elsewhere_may_be_named(community: Community) -> None:
    """Those that came with an earlier roster."""
    content = as_csv(QIAN | {"unit": "u-9"})
    (row,) = read_roster_file(content, "a.csv", community, units=[MADE]).volunteers
    assert "u-9" == row.unit
    assert (RosterFault(2, "unit", RosterRule.UNKNOWN_UNIT),) == faults(content, "a.csv", community)


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("unit_id", "U 9", RosterRule.NOT_AN_ID),
        ("unit_id", "", RosterRule.MISSING),
        ("name_zh", "", RosterRule.MISSING),
        ("name_en", "=1+1", RosterRule.FORMULA),
        ("located_in", "north", RosterRule.UNKNOWN_AREA),
        ("paired_with", "north", RosterRule.UNKNOWN_AREA),
        ("hidden", "perhaps", RosterRule.NOT_YES_OR_NO),
    ],
)
def test_a_wrong_cell_is_named_by_sheet_row_and_column(
    community: Community, column: str, cell: str, rule: RosterRule
) -> None:
    """Beside what is wrong with the volunteers of the same file."""
    row = [cell if name == column else text for name, text in zip(HEADER, MILL, strict=True)]
    content = workbook(people=people(phone="12"), units=[HEADER, ["u-8", *MILL[1:]], row])
    wrong = (RosterFault(2, "phone", RosterRule.NOT_A_PHONE), RosterFault(3, column, rule, "units"))
    assert wrong == faults(content, "a.xlsx", community)
    assert f"/units/3/{column}" == wrong[1].pointer


def test_a_unit_is_given_once(community: Community) -> None:
    """Two rows with one id contradict each other."""
    content = workbook(units=[HEADER, MILL, MILL])
    assert (RosterFault(3, "unit_id", RosterRule.GIVEN_TWICE, "units"),) == faults(content, "a.xlsx", community)


@pytest.mark.parametrize(("unit", "rule"), [("u-1", RosterRule.SECRETARY_TWICE), ("", RosterRule.SECRETARY_OF_NO_UNIT)])
def test_a_unit_has_one_secretary(community: Community, unit: str, rule: RosterRule) -> None:
    """And a secretary has a unit."""
    content = as_csv(ZHAO | {"secretary": "yes"}, QIAN | {"unit": unit, "secretary": "是"})
    assert (RosterFault(3, "secretary", rule),) == faults(content, "a.csv", community)


def test_what_volunteers_decide_may_be_written(community: Community) -> None:
    """Offers a day and the consent to urgent orders at work."""
    content = as_csv(ZHAO | {"daily_offers": "5", "urgent_at_work": "yes", "secretary": "yes"})
    (row,) = read_roster_file(content, "a.csv", community).volunteers
    assert (5, True, True) == (row.daily_offers, row.urgent_at_work, row.secretary)
    assert (RosterFault(2, "daily_offers", RosterRule.NOT_A_BUDGET),) == faults(
        as_csv(ZHAO | {"daily_offers": "51"}), "a.csv", community
    )
