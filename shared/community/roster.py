"""The roster: who volunteers, read from a CSV or XLSX file all or nothing, with every error by row and
column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, Field

from shared.community import roster_columns as columns
from shared.community.definition import Community
from shared.community.hours import VolunteerKind, WeekHours
from shared.community.roster_columns import Broken, RosterRule
from shared.community.sheets import is_workbook, rows_of_workbook
from shared.community.tables import decoded, rows_of_csv
from shared.contracts.refusal import FieldError, Invalid

MAX_ROWS = 20_000


class RosterRow(BaseModel):
    """One volunteer. ``phone`` is E.164; ``home`` an area at grid level or below; ``posts`` the ids of
    claimed posts, ``vetted_posts`` those of them that were vetted; ``hours`` None for the default of the
    kind; ``capacity`` the most assignments held at a time. Personal fields stay out of ``repr`` and so out of
    logs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    volunteer_id: str
    name: str = Field(repr=False)
    phone: str = Field(repr=False)
    kind: VolunteerKind
    unit: str | None = Field(repr=False)
    profession: str | None = Field(repr=False)
    home: str = Field(repr=False)
    posts: tuple[str, ...]
    vetted_posts: tuple[str, ...]
    hours: WeekHours | None = Field(repr=False)
    capacity: int
    on_duty: bool

    def free_hours(self, community: Community) -> WeekHours:
        """The hours of the volunteer's own, or the default of the kind."""
        return self.hours if self.hours is not None else community.default_hours[self.kind]


@dataclass(frozen=True)
class RosterFault:
    """One thing wrong. ``row`` is the row of the spreadsheet (the header is 1, 0 stands for the file),
    ``column`` the code of the column or the header as written, empty for the whole row. It never repeats what
    the cell says.
    """

    row: int
    column: str
    rule: RosterRule

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"row {self.row}" if self.row else "", self.column) if part)
        return f"{place}: {self.rule.value}" if place else self.rule.value


class RosterInvalid(Invalid):
    """The roster breaks rules, so none of it was taken. ``faults`` has all, in the order of the file."""

    title = "The roster has errors; nothing was imported"

    def __init__(self, faults: Iterable[RosterFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.row))
        super().__init__(
            errors=[FieldError(f"/{fault.row}/{_token(fault.column)}", fault.rule.value) for fault in self.faults]
        )

    def __str__(self) -> str:
        return "\n".join([self.title, *(f"  {fault}" for fault in self.faults)])


def read_roster(
    content: bytes | BinaryIO, filename: str, community: Community, *, max_rows: int = MAX_ROWS
) -> list[RosterRow]:
    """Read a roster: one row a volunteer under a header of column codes (or their Chinese names).

    ``filename`` must end in ``.csv`` or ``.xlsx``. Raises :class:`RosterInvalid` with everything that is
    wrong.
    """
    table = _table(content if isinstance(content, bytes) else content.read(), filename, max_rows)
    if not table:
        raise RosterInvalid([RosterFault(0, "", RosterRule.EMPTY)])
    (header_row, titles), *records = table
    if len(records) > max_rows:
        raise RosterInvalid([RosterFault(0, "", RosterRule.TOO_MANY_ROWS)])
    header, faults = _header(titles, header_row)
    if faults:
        raise RosterInvalid(faults)
    if not records:
        raise RosterInvalid([RosterFault(0, "", RosterRule.EMPTY)])
    reader = _Reader(community, header)
    rows = [reader.row(number, cells) for number, cells in records]
    faults = [*reader.faults, *_rules_across(rows, community)]
    if faults:
        raise RosterInvalid(faults)
    return [row for _, row in rows if row is not None]


def _table(content: bytes, filename: str, max_rows: int) -> list[tuple[int, list[str]]]:
    suffix = PurePath(filename).suffix.lower()
    if suffix not in {".csv", ".xlsx"}:
        raise RosterInvalid([RosterFault(0, "", RosterRule.UNKNOWN_FORMAT)])
    if is_workbook(content) != (suffix == ".xlsx"):
        raise RosterInvalid([RosterFault(0, "", RosterRule.UNREADABLE)])
    try:
        if suffix == ".xlsx":
            return list(rows_of_workbook(content, most=max_rows + 2))
        return list(rows_of_csv(decoded(content)))
    except ValueError as error:
        raise RosterInvalid([RosterFault(0, "", RosterRule.UNREADABLE)]) from error


def _header(titles: Sequence[str], row: int) -> tuple[list[str], list[RosterFault]]:
    header = [columns.column_of(title) for title in titles]
    faults = [
        RosterFault(row, title[:40], RosterRule.UNKNOWN_COLUMN)
        for title, code in zip(titles, header, strict=True)
        if code is None
    ]
    codes = [code for code in header if code is not None]
    faults += [RosterFault(row, code, RosterRule.COLUMN_TWICE) for code in columns.COLUMNS if codes.count(code) > 1]
    faults += [RosterFault(row, code, RosterRule.COLUMN_MISSING) for code in columns.REQUIRED if code not in codes]
    return codes, faults


class _Reader:
    """Reads rows under one header and keeps what is wrong with them."""

    def __init__(self, community: Community, header: Sequence[str]) -> None:
        self.header = header
        self.faults: list[RosterFault] = []
        self._known = columns.Known.of(community)

    def row(self, number: int, cells: Sequence[str]) -> tuple[int, RosterRow | None]:
        before = len(self.faults)
        if any(cells[len(self.header) :]):
            self.faults.append(RosterFault(number, "", RosterRule.SURPLUS_CELL))
        written = dict(zip(self.header, cells, strict=False))
        values = {code: self._value(number, code, written.get(code, "")) for code in columns.COLUMNS}
        if len(self.faults) > before:
            return number, None
        return number, RosterRow.model_validate(values)

    def _value(self, number: int, code: str, cell: str) -> object:
        try:
            return columns.value_of(code, cell, self._known)
        except Broken as broken:
            self.faults.append(RosterFault(number, code, broken.rule))
            return None


def _rules_across(rows: Sequence[tuple[int, RosterRow | None]], community: Community) -> Iterator[RosterFault]:
    """Ids and phones once, vetted posts among the claimed, no post held by more than its headcount."""
    ids: set[str] = set()
    phones: set[str] = set()
    places = {post.post_id: post.headcount for post in community.posts}
    for number, row in rows:
        if row is None:
            continue
        if row.volunteer_id in ids:
            yield RosterFault(number, "volunteer_id", RosterRule.GIVEN_TWICE)
        if row.phone in phones:
            yield RosterFault(number, "phone", RosterRule.GIVEN_TWICE)
        if not set(row.vetted_posts) <= set(row.posts):
            yield RosterFault(number, "vetted_posts", RosterRule.VETTED_UNCLAIMED)
        ids.add(row.volunteer_id)
        phones.add(row.phone)
        for post in row.posts:
            places[post] -= 1
        if any(places[post] < 0 for post in row.posts):
            yield RosterFault(number, "posts", RosterRule.POST_FULL)


def _token(column: str) -> str:
    return column.replace("~", "~0").replace("/", "~1")
