"""A workbook (XLSX) is read like a table: by its first sheet, computing nothing, losing nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.community import sheets
from shared.community.definition import Community, load
from shared.community.roster import RosterFault, RosterInvalid, read_roster
from shared.community.roster_faults import RosterRule
from tests.unit.community import small_county
from tests.unit.community.small_roster import QIAN, ZHAO, as_csv, as_xlsx, refusal


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county."""
    return load(small_county.write(tmp_path_factory.mktemp("definition")))


def test_a_workbook_is_read_like_a_table(community: Community) -> None:
    """Numbers, booleans and empty cells of a spreadsheet are taken for what they say."""
    content = as_xlsx(
        [*ZHAO],
        [*ZHAO.values()],
        [],
        ["v-2", "钱二", 15400000002, "retired", None, None, "west-g1", None, None, None, 4.0, True],
    )
    zhao, qian = read_roster(content, "roster.XLSX", community)
    assert [zhao] == read_roster(as_csv(ZHAO), "roster.csv", community)
    assert ("+8615400000002", 4, True, "west-g1") == (qian.phone, qian.capacity, qian.on_duty, qian.home)


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://evil.example","赵")', "=1+1", "@SUM(A1)"])
def test_a_workbook_with_a_formula_is_refused_by_row_and_column(community: Community, cell: str) -> None:
    """A formula is never computed and never kept."""
    content = as_xlsx([*QIAN], [*QIAN.values()], [*(QIAN | {"volunteer_id": "v-3", "name": cell}).values()])
    assert (RosterFault(3, "name", RosterRule.FORMULA),) == refusal(content, community, "roster.xlsx").faults


def test_an_error_value_in_a_workbook_is_refused(community: Community) -> None:
    """What a broken formula left behind is nobody's name."""
    content = as_xlsx([*QIAN], [*(QIAN | {"name": "#N/A"}).values()])
    assert (RosterFault(2, "name", RosterRule.FORMULA),) == refusal(content, community, "roster.xlsx").faults


def test_a_workbook_that_unpacks_to_too_much_is_refused(community: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small archive can claim gigabytes."""
    content = as_xlsx([*QIAN], [*QIAN.values()])
    assert 1 == len(read_roster(content, "roster.xlsx", community))
    monkeypatch.setattr(sheets, "LARGEST_UNPACKED", 1_000)
    assert (RosterFault(0, "", RosterRule.UNREADABLE),) == refusal(content, community, "roster.xlsx").faults


def test_rows_far_down_a_workbook_are_not_lost(community: Community) -> None:
    """Blank rows do not count against the limit, and nothing behind them is dropped in silence."""
    blank: list[list[object]] = [[]] * 50
    content = as_xlsx([*QIAN], [*QIAN.values()], *blank, [*(QIAN | {"volunteer_id": "v-3"}).values()])
    assert (RosterFault(53, "phone", RosterRule.GIVEN_TWICE),) == refusal(content, community, "a.xlsx", 2).faults
    assert (RosterFault(0, "", RosterRule.TOO_MANY_ROWS),) == refusal(content, community, "a.xlsx", 1).faults


WORKBOOK = as_xlsx([*QIAN], [*QIAN.values()])
TABLE = as_csv(ZHAO, QIAN)


@given(
    whole=st.sampled_from([WORKBOOK, TABLE, b"", b"PK\x03\x04"]),
    place=st.integers(0, len(WORKBOOK)),
    noise=st.binary(max_size=40),
    filename=st.sampled_from(["a.csv", "a.xlsx"]),
)
def test_a_damaged_file_is_refused_and_breaks_nothing(
    community: Community, whole: bytes, place: int, noise: bytes, filename: str
) -> None:
    """Whatever a file holds, the answer is rows or faults (security.md: never a 500)."""
    content = whole[:place] + noise + whole[place + len(noise) :]
    answer: Sequence[object] = ()
    try:
        answer = read_roster(content, filename, community)
    except RosterInvalid as refused:
        answer = refused.faults
    assert answer
