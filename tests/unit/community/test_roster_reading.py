"""The roster is read all or nothing, and every error is told by row and column."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from shared.community.definition import Community, load
from shared.community.hours import VolunteerKind, WeekHours
from shared.community.roster import RosterFault, RosterRow, read_roster
from shared.community.roster_columns import COLUMNS
from shared.community.roster_faults import RosterRule
from tests.unit.community import small_county
from tests.unit.community.small_roster import QIAN, ZHAO, as_csv, as_xlsx, refusal


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county."""
    return load(small_county.write(tmp_path_factory.mktemp("definition")))


def test_a_row_is_read_with_all_its_columns(community: Community) -> None:
    """Texts become codes, hours and numbers; the phone becomes E.164."""
    expected = RosterRow(
        volunteer_id="v-1",
        name="赵一",
        phone="+8615400000001",
        kind=VolunteerKind.IN_SERVICE,
        unit="u-1",
        profession="teacher",
        home="east-g1-b1",
        posts=("tutoring-east", "tutoring-small"),
        vetted_posts=("tutoring-east",),
        hours=WeekHours.parse("mon 8-9"),
        capacity=3,
        on_duty=True,
    )
    assert [expected] == read_roster(as_csv(ZHAO), "roster.csv", community)


def test_what_is_left_empty_has_its_default(community: Community) -> None:
    """Hours of the kind, capacity 2, no unit, no posts; what volunteers decide themselves is left to them."""
    (row,) = read_roster(as_csv(QIAN), "ROSTER.CSV", community)
    assert (None, None, None, 2, None, (), ()) == (
        row.unit, row.profession, row.hours, row.capacity, row.on_duty, row.posts, row.vetted_posts,
    )  # fmt: skip
    assert WeekHours.parse("daily 8-20") == row.free_hours(community)


def test_own_hours_win_over_those_of_the_kind(community: Community) -> None:
    """What a volunteer said counts."""
    (row,) = read_roster(as_csv(ZHAO), "roster.csv", community)
    assert WeekHours.parse("mon 8-9") == row.free_hours(community)


def test_headers_and_words_may_be_chinese(community: Community) -> None:
    """A community office writes Chinese; units and professions go by name."""
    content = (
        "编号,姓名,手机号,人员类别,所在单位,职业,居住地,认领岗位,已审核岗位,空闲时段,接单上限,在岗\n"
        "v-1,赵一,+86 154-0000-0001,在职党员,第一小学,教师,east-g1,tutoring-east、tutoring-small,,周末 8-22,2,是\n"
    )
    (row,) = read_roster(content.encode(), "roster.csv", community)
    assert ("u-1", "teacher", VolunteerKind.IN_SERVICE, True) == (row.unit, row.profession, row.kind, row.on_duty)
    assert ("tutoring-east", "tutoring-small") == row.posts
    assert "+8615400000001" == row.phone


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_any_office_encoding_is_read(community: Community, encoding: str, line_end: str) -> None:
    """UTF-8 with and without mark, GBK and UTF-16; Unix and Windows line ends."""
    text = as_csv(ZHAO, QIAN).decode().replace("\r\n", line_end)
    rows = read_roster(io.BytesIO(text.encode(encoding)), "roster.csv", community)
    assert ["赵一", "钱二"] == [row.name for row in rows]


def test_empty_columns_at_the_end_are_no_matter(community: Community) -> None:
    """Spreadsheets add commas to every line."""
    content = b"".join(line.rstrip() + b",,,\r\n" for line in as_csv(ZHAO).splitlines())
    assert read_roster(as_csv(ZHAO), "roster.csv", community) == read_roster(content, "roster.csv", community)


def test_blank_rows_are_skipped_and_still_counted(community: Community) -> None:
    """The row in an error is the row a spreadsheet shows."""
    content = as_csv(ZHAO) + b"\r\n,,,\r\n" + b"v-2,,15400000002,retired,,,west-g1\r\n"
    assert (RosterFault(5, "name", RosterRule.MISSING),) == refusal(content, community).faults


BROKEN_CELLS = [
    ("volunteer_id", "", RosterRule.MISSING),
    ("volunteer_id", "V 1", RosterRule.NOT_AN_ID),
    ("volunteer_id", "v" * 65, RosterRule.NOT_AN_ID),
    ("name", "", RosterRule.MISSING),
    ("name", "赵" * 201, RosterRule.TOO_LONG),
    ("name", "=HYPERLINK(1)", RosterRule.FORMULA),
    ("name", "@SUM", RosterRule.FORMULA),
    ("name", "-1", RosterRule.FORMULA),
    ("name", "+8613800138000", RosterRule.FORMULA),
    ("name", "赵\x1b[31m一", RosterRule.CONTROL_CHARACTER),
    ("name", "赵\n一", RosterRule.CONTROL_CHARACTER),
    ("name", "赵\u202e一", RosterRule.CONTROL_CHARACTER),
    ("name", "赵\x00一", RosterRule.CONTROL_CHARACTER),
    ("phone", "", RosterRule.MISSING),
    ("phone", "12345", RosterRule.NOT_A_PHONE),
    ("phone", "1.54E+10", RosterRule.NOT_A_PHONE),
    ("phone", "+1 202 555 0100", RosterRule.NOT_A_PHONE),
    ("phone", "=15400000001", RosterRule.FORMULA),
    ("phone", "+cmd|x", RosterRule.FORMULA),
    ("kind", "robot", RosterRule.UNKNOWN_KIND),
    ("unit", "u-9", RosterRule.UNKNOWN_UNIT),
    ("profession", "juggler", RosterRule.UNKNOWN_PROFESSION),
    ("home", "", RosterRule.MISSING),
    ("home", "north", RosterRule.UNKNOWN_AREA),
    ("home", "east", RosterRule.HOME_TOO_WIDE),
    ("posts", "tutoring-north", RosterRule.UNKNOWN_POST),
    ("posts", "tutoring-east tutoring-east", RosterRule.POST_TWICE),
    ("vetted_posts", "tutoring-north", RosterRule.UNKNOWN_POST),
    ("hours", "whenever", RosterRule.NOT_HOURS),
    ("capacity", "0", RosterRule.NOT_A_CAPACITY),
    ("capacity", "21", RosterRule.NOT_A_CAPACITY),
    ("capacity", "two", RosterRule.NOT_A_CAPACITY),
    ("on_duty", "maybe", RosterRule.NOT_YES_OR_NO),
]


@pytest.mark.parametrize(("column", "cell", "rule"), BROKEN_CELLS)
def test_a_broken_cell_is_told_by_row_and_column(
    community: Community, column: str, cell: str, rule: RosterRule
) -> None:
    """One rule for each; the good row before it is not taken either."""
    refused = refusal(as_csv(QIAN, ZHAO | {column: cell}), community)
    assert (RosterFault(3, column, rule),) == refused.faults
    assert (f"/3/{column}", rule.value) == (refused.errors[0].pointer, refused.errors[0].detail)
    assert f"row 3, {column}: {rule.value}" in str(refused)


def test_an_error_never_repeats_what_the_cell_says(community: Community) -> None:
    """Refusals are logged and shown; phones and names are not."""
    refused = refusal(as_csv(ZHAO | {"phone": "1380013", "name": "=钱二"}), community)
    assert 2 == len(refused.faults)
    assert not [secret for secret in ("1380013", "钱二") if secret in f"{refused}{refused!r}{refused.errors}"]


def test_all_errors_are_collected_in_the_order_of_the_file(community: Community) -> None:
    """Who keeps the roster corrects it once."""
    refused = refusal(as_csv(ZHAO | {"phone": "1", "home": "north"}, QIAN | {"kind": "robot"}), community)
    assert [(2, "phone"), (2, "home"), (3, "kind")] == [(fault.row, fault.column) for fault in refused.faults]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"volunteer_id": "v-1"}, RosterFault(3, "volunteer_id", RosterRule.GIVEN_TWICE)),
        ({"phone": "+86 15400000001"}, RosterFault(3, "phone", RosterRule.GIVEN_TWICE)),
        ({"posts": "tutoring-small"}, RosterFault(3, "posts", RosterRule.POST_FULL)),
        ({"vetted_posts": "tutoring-east"}, RosterFault(3, "vetted_posts", RosterRule.VETTED_UNCLAIMED)),
    ],
)
def test_rows_must_agree_with_each_other(community: Community, changes: dict[str, str], fault: RosterFault) -> None:
    """Ids and phones once, no more holders than places, vetted only what is claimed."""
    assert (fault,) == refusal(as_csv(ZHAO, QIAN | changes), community).faults


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        (("volunteer_id", "name", "phone", "kind"), RosterFault(1, "home", RosterRule.COLUMN_MISSING)),
        ((*COLUMNS, "party"), RosterFault(1, "party", RosterRule.UNKNOWN_COLUMN)),
        ((*COLUMNS, "姓名"), RosterFault(1, "name", RosterRule.COLUMN_TWICE)),
    ],
)
def test_a_wrong_header_is_refused(community: Community, columns: tuple[str, ...], fault: RosterFault) -> None:
    """A typing mistake in a header must not lose a column in silence."""
    assert (fault,) == refusal(as_csv(ZHAO, columns=columns), community).faults


def test_a_surplus_cell_is_refused(community: Community) -> None:
    """Cells that slipped to the right would land in the wrong column."""
    content = as_csv(ZHAO).rstrip() + b",surplus\r\n"
    assert (RosterFault(2, "", RosterRule.SURPLUS_CELL),) == refusal(content, community).faults


@pytest.mark.parametrize(
    ("content", "filename", "rule"),
    [
        (b"", "roster.csv", RosterRule.EMPTY),
        (as_csv(), "roster.csv", RosterRule.EMPTY),
        (as_csv(ZHAO), "roster.pdf", RosterRule.UNKNOWN_FORMAT),
        (as_csv(ZHAO), "roster", RosterRule.UNKNOWN_FORMAT),
        (as_csv(ZHAO), "roster.xlsx", RosterRule.UNREADABLE),
        (as_xlsx(list(ZHAO)), "roster.csv", RosterRule.UNREADABLE),
        (as_xlsx(list(ZHAO))[:200], "roster.xlsx", RosterRule.UNREADABLE),
        (b"PK\x03\x04" + bytes(100), "roster.xlsx", RosterRule.UNREADABLE),
        (b"\xff\xff\xff\xff", "roster.csv", RosterRule.UNREADABLE),
        (b'volunteer_id,name\n"v-1"x,y\n', "roster.csv", RosterRule.UNREADABLE),
        (as_csv(ZHAO, QIAN), "roster.csv", RosterRule.TOO_MANY_ROWS),
        (as_xlsx(list(ZHAO), list(ZHAO.values()), list(ZHAO.values())), "roster.xlsx", RosterRule.TOO_MANY_ROWS),
    ],
    ids=lambda value: value.name if isinstance(value, RosterRule) else "",
)
def test_a_file_that_cannot_be_taken_is_refused_as_a_whole(
    community: Community, content: bytes, filename: str, rule: RosterRule
) -> None:
    """Empty, of another format, damaged, or longer than allowed."""
    assert (RosterFault(0, "", rule),) == refusal(content, community, filename, max_rows=1).faults


def test_a_row_does_not_print_what_is_personal(community: Community) -> None:
    """Membership, employer, home and hours are as private as the phone (mission.md, fairness)."""
    (row,) = read_roster(as_csv(ZHAO), "roster.csv", community)
    assert not [each for each in ("赵一", "1540000", "u-1", "teacher", "east-g1-b1") if each in repr(row)]


def test_the_roster_the_definition_names_is_read(community: Community) -> None:
    """The path of the definition leads to a file that `read_roster` takes."""
    assert isinstance(community.roster, Path)
    assert 1 == len(read_roster(community.roster.read_bytes(), community.roster.name, community))
