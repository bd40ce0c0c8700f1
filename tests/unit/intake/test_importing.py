"""Reading somebody else's table: every file of tests/data/requests, every shape, every way to be wrong."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.policies.importing import FileUnreadable, ImportedRow, ImportMapping, RefusedRow, read_table
from shared.contracts.words import Urgency

REQUESTS = Path(__file__).parents[2] / "data" / "requests"
BOSTON = ImportMapping.model_validate_json((REQUESTS / "boston-mapping.json").read_text(encoding="utf-8"))
OURS: dict[str, Any] = {
    "columns": {
        "service": "kind",
        "area": "place",
        "details": ["what", "where"],
        "name": "who",
        "phone": "phone",
        "urgency": "soon",
    },
    "services": {"lesson": "homework"},
    "areas": {"east": "east-g1", "*": "west-g1"},
    "external_id": "id",
}
HEADING = ["id", "kind", "place", "what", "where", "who", "phone", "soon"]
ROW = ["A-1", "lesson", "east", "Maths", "room 2", "李梅", "13800001111", "urgent"]


def mapping(**changed: Any) -> ImportMapping:
    """Our mapping, with something changed."""
    return ImportMapping.model_validate({**OURS, **changed})


def table(*rows: list[str], delimiter: str = ",", end: str = "\n", heading: list[str] = HEADING) -> bytes:
    """A table as bytes."""
    return end.join(delimiter.join(cells) for cells in (heading, *rows)).encode()


def changed(**cells: str) -> list[str]:
    """Our row, with some cells changed."""
    return [cells.get(column, cell) for column, cell in zip(HEADING, ROW, strict=True)]


def only(content: bytes, **more: Any) -> ImportedRow | RefusedRow:
    """The single row of a table."""
    (row,) = read_table(content, mapping(**more), 10)
    return row


def errors(row: ImportedRow | RefusedRow) -> list[tuple[str, str]]:
    """What is wrong with a row, as an English reader is told."""
    assert isinstance(row, RefusedRow)
    return [(error.pointer, error.detail % error.values if error.values else error.detail) for error in row.errors]


def why_unreadable(content: bytes, most: int = 10, **more: Any) -> str:
    """What is wrong with a whole file."""
    with pytest.raises(FileUnreadable) as unreadable:
        read_table(content, mapping(**more), most)
    return unreadable.value.detail % unreadable.value.values


READ = ImportedRow(
    row=2,
    service="homework",
    area="east-g1",
    details="Maths – room 2",
    name="李梅",
    phone="13800001111",
    urgency=Urgency.URGENT,
    external_id="A-1",
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_recognised(delimiter: str, end: str) -> None:
    """Commas, semicolons or tabs; any system's line ends."""
    assert READ == only(table(ROW, delimiter=delimiter, end=end))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_spreadsheets_are_recognised(encoding: str) -> None:
    """UTF-8 with or without mark, and what a Chinese Windows saves."""
    assert READ == only(table(ROW).decode().encode(encoding))


def test_bytes_of_no_encoding_are_refused() -> None:
    """A picture is no table."""
    assert "the file is neither UTF-8 nor GB 18030" == why_unreadable(b"\xff\xfe\x00\xd8\xff")


def test_nul_and_nothing_are_no_table() -> None:
    """What a database could not store is refused before any row is read; so is an empty file."""
    assert "the file contains NUL characters" == why_unreadable(table(changed(what="a\0b")))
    assert "the file is empty" == why_unreadable(b"")


def test_broken_quotes_name_their_line() -> None:
    """A quote that goes on after its end makes the file unreadable from there."""
    content = table(ROW, changed(what='"Maths" and more'))
    assert "line 3 of the file is not CSV" == why_unreadable(content)


def test_a_column_that_is_not_there_is_named() -> None:
    """The mapping must fit the heading."""
    fewer = [column for column in HEADING if column not in {"who", "id"}]
    assert "the heading has no column who, id" == why_unreadable(table(heading=fewer))


@pytest.mark.parametrize("ours", ["service", "area"])
def test_service_and_area_need_a_column(ours: str) -> None:
    """Without them no row could ever be an order."""
    columns = {field: column for field, column in OURS["columns"].items() if field != ours}
    assert f"the mapping names no column for {ours}" == why_unreadable(table(ROW), columns=columns)


def test_a_table_has_a_most_of_rows() -> None:
    """As many as allowed are read; one more refuses the file. Blank lines are no rows."""
    blank = [""] * len(HEADING)
    assert 3 == len(read_table(table(ROW, blank, ROW, blank, ROW), mapping(), 3))
    assert "the file has more than 3 rows" == why_unreadable(table(ROW, ROW, ROW, ROW), most=3)


@pytest.mark.parametrize(("cells", "count"), [([*ROW, "more"], 9), (ROW[:-1], 7)])
def test_a_ragged_row_is_refused_and_its_neighbours_are_read(cells: list[str], count: int) -> None:
    """Cells that cannot be told to columns make one refused row, with both numbers."""
    first, ragged, last = read_table(table(ROW, cells, ROW), mapping(), 10)
    assert [("", f"the row has {count} cells, the heading 8")] == errors(ragged)
    assert [2, 3, 4] == [first.row, ragged.row, last.row]
    assert READ == first


def test_a_word_without_a_translation_is_quoted() -> None:
    """The mapping says which words it knows; ``*`` stands for all others."""
    assert [("/service", "the mapping knows no service for “rocket”")] == errors(only(table(changed(kind="rocket"))))
    other = only(table(changed(place="somewhere")))
    assert isinstance(other, ImportedRow)
    assert "west-g1" == other.area
    long_word = errors(only(table(changed(kind="x" * 500))))
    assert [("/service", f"the mapping knows no service for “{'x' * 80}”")] == long_word


@pytest.mark.parametrize(
    ("cells", "pointer", "detail"),
    [
        ({"id": " "}, "/external_id", "the row has no id"),
        ({"id": "x" * 201}, "/external_id", "Please give at most 200 characters"),
        ({"soon": "now"}, "/urgency", "urgency is urgent, normal or flexible"),
        ({"who": "x" * 81}, "/name", "Please give at most 80 characters"),
        ({"who": "a\x1bb"}, "/name", "line breaks and control characters are not allowed"),
        ({"phone": "1" * 33}, "/phone", "Please give at most 32 characters"),
        ({"what": "x" * 2000}, "/details", "Please give at most 2000 characters"),
        ({"what": "a\x1b[2Jb"}, "/details", "control characters are not allowed"),
    ],
)
def test_a_cell_no_door_would_take_is_refused(cells: dict[str, str], pointer: str, detail: str) -> None:
    """Imported words pass the same checks as typed ones."""
    assert [(pointer, detail)] == errors(only(table(changed(**cells))))


def test_everything_wrong_with_a_row_is_told() -> None:
    """Nobody imports a file four times to learn of four errors."""
    row = only(table(changed(id="", kind="rocket", place="", soon="now")), areas={"east": "east-g1"})
    assert ["/service", "/area", "/urgency", "/external_id"] == [pointer for pointer, _ in errors(row)]


def test_a_quoted_cell_may_have_lines() -> None:
    """Rows are counted as a spreadsheet counts them, whatever lines their cells have."""
    first, second = read_table(table(changed(what='"Maths\r\nand more"'), ROW), mapping(), 10)
    assert isinstance(first, ImportedRow)
    assert ("Maths\nand more – room 2", 3) == (first.details, second.row)


def test_what_is_not_mapped_is_not_there() -> None:
    """Contact, urgency and external id are optional."""
    row = only(table(ROW), columns={"service": "kind", "area": "place"}, external_id=None)
    expected = ImportedRow(2, "homework", "east-g1", "", None, None, None, None)
    assert expected == row


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """Nothing a file may hold is an accident."""
    for given_bytes in (content, table(ROW) + b"\n" + content):
        with suppress(FileUnreadable):
            rows = read_table(given_bytes, mapping(), 50)
            assert sorted({row.row for row in rows}) == [row.row for row in rows]


@pytest.mark.parametrize(
    ("file", "ids", "refused"),
    [
        ("boston311-100.csv", 100, []),
        ("boston311-100-20dupes-random.csv", 80, []),
        ("boston311-100-with-nonascii.csv", 100, []),
        ("boston311-100-bad.tsv", 99, [(41, "the row has 30 cells, the heading 29")]),
    ],
)
def test_boston_reads_as_it_is(file: str, ids: int, refused: list[tuple[int, str]]) -> None:
    """One hundred real requests, as they come: every row read or refused with its reason."""
    rows = read_table((REQUESTS / file).read_bytes(), BOSTON, 1000)
    assert 100 == len(rows)
    assert ids == len({row.external_id for row in rows if isinstance(row, ImportedRow)})
    assert refused == [(row.row, errors(row)[0][1]) for row in rows if isinstance(row, RefusedRow)]


def test_letters_outside_ascii_stay_as_they_are() -> None:
    """The two altered rows read with their letters."""
    rows = read_table((REQUESTS / "boston311-100-with-nonascii.csv").read_bytes(), BOSTON, 1000)
    details = " ".join(row.details for row in rows if isinstance(row, ImportedRow))
    assert ["Dëad rat", "211 Sàratoga St"] == [words for words in ("Dëad rat", "211 Sàratoga St") if words in details]


def test_the_mapping_of_boston_names_every_type_it_holds() -> None:
    """No request of the files is served by "the others": each type has its service."""
    rows = (REQUESTS / "boston311-100.csv").read_text(encoding="utf-8")
    assert [] == [kind for kind in BOSTON.services if kind not in rows]
    assert "*" not in BOSTON.services
    assert "*" in json.loads((REQUESTS / "boston-mapping.json").read_text(encoding="utf-8"))["areas"]
