"""Who is coordinator of which place at present: a CSV or XLSX file with a row for each, read all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath

from pydantic import BaseModel, ConfigDict, Field

from shared.community.definition import Community
from shared.community.roster_columns import Known, check_plain, phone_of, words_of
from shared.community.roster_faults import Broken, RosterFault, RosterInvalid, RosterRule
from shared.community.roster_tables import Table, sheets_of

_TITLES: Mapping[str, tuple[str, ...]] = {
    "coordinator_id": ("编号", "岗位编号", "负责人编号"),
    "name": ("姓名",),
    "phone": ("手机", "手机号", "手机号码", "电话"),
}
COLUMNS = tuple(_TITLES)
_CODES = {title: code for code, titles in _TITLES.items() for title in (code, *titles)}
_READERS: Mapping[str, Callable[[str, Known], object]] = {
    "coordinator_id": words_of,
    "name": words_of,
    "phone": phone_of,
}


class Incumbent(BaseModel):
    """Somebody in office: the id of a coordinator of the definition, their name, and their mobile phone (E.164). One
    person may hold several offices. Personal fields stay out of ``repr`` and so out of logs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    coordinator_id: str
    name: str = Field(repr=False)
    phone: str = Field(repr=False)


def read_incumbents(content: bytes, filename: str, community: Community, *, max_rows: int) -> list[Incumbent]:
    """Read the whole list. Raises ``RosterInvalid`` with all that is wrong, by row and column."""
    suffix = PurePath(filename).suffix.lower()
    if suffix not in {".csv", ".xlsx"}:
        raise RosterInvalid([RosterFault(0, "", RosterRule.UNKNOWN_FORMAT)])
    sheets = sheets_of(content, suffix, max_rows + 2)
    sheet = sheets.volunteers or sheets.units
    assert sheet is not None  # noqa: S101 - sheets_of refuses a file without a table
    table, known = Table(sheet, _column_of, COLUMNS, COLUMNS, max_rows), Known.of(community)
    rows = [
        (number, Incumbent.model_validate(values) if values else None)
        for number, values in table.read(lambda code, cell: _value_of(code, cell, known))
    ]
    if faults := [*table.faults, *_rules_across(rows, community)]:
        raise RosterInvalid(faults)
    return [row for _, row in rows if row is not None]


def _column_of(title: str) -> str | None:
    return _CODES.get(title.strip().lower())


def _value_of(code: str, cell: str, known: Known) -> object:
    text = cell.strip()
    check_plain(text, code)
    if not text:
        raise Broken(RosterRule.MISSING)
    return _READERS[code](text, known)


def _rules_across(rows: Sequence[tuple[int, Incumbent | None]], community: Community) -> Iterator[RosterFault]:
    """Offices that the definition has, each held once."""
    held: set[str] = set()
    for number, row in rows:
        if row is None:
            continue
        if row.coordinator_id not in community.ladder.by_id:
            yield RosterFault(number, "coordinator_id", RosterRule.UNKNOWN_COORDINATOR)
        if row.coordinator_id in held:
            yield RosterFault(number, "coordinator_id", RosterRule.GIVEN_TWICE)
        held.add(row.coordinator_id)
