"""The roster: who volunteers and for which units they work, read from a CSV or XLSX file all or nothing, with every
error by row and column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, Field

from shared.community import roster_columns as columns
from shared.community import unit_columns
from shared.community.definition import Community
from shared.community.hours import VolunteerKind, WeekHours
from shared.community.posts import Unit
from shared.community.roster_faults import RosterFault, RosterInvalid, RosterRule
from shared.community.roster_tables import Sheet, Table, sheets_of
from shared.community.text import Text

__all__ = ["MAX_ROWS", "RosterFault", "RosterFile", "RosterInvalid", "RosterRow", "read_roster", "read_roster_file"]

MAX_ROWS = 20_000
TOLD_EVERY = 250
"""Rows between two words on how far the reading has come."""

Heard = Callable[[int, int], None]
"""Hears how many rows are read, of how many."""


def _nobody(_read: int, _all: int) -> None:
    """Nobody wants to know how far it has come."""


class RosterRow(BaseModel):
    """One volunteer. ``phone`` is E.164; ``home`` an area at grid level or below; ``posts`` the ids of
    claimed posts, ``vetted_posts`` those of them that were vetted; ``capacity`` the most assignments held at a time.

    None where the cell is empty: ``hours`` for the default of the kind, ``on_duty``, ``daily_offers``,
    ``urgent_at_work`` and ``secretary`` (of their own unit) for what it was before. Personal fields stay out of
    ``repr`` and so out of logs.
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
    on_duty: bool | None = None
    daily_offers: int | None = None
    urgent_at_work: bool | None = None
    secretary: bool | None = None

    def free_hours(self, community: Community) -> WeekHours:
        """The hours of the volunteer's own, or the default of the kind."""
        return self.hours if self.hours is not None else community.default_hours[self.kind]


@dataclass(frozen=True)
class RosterFile:
    """What a file says of volunteers and of units; either may be empty, not both. ``numbers``: each volunteer's row."""

    volunteers: tuple[RosterRow, ...] = ()
    units: tuple[Unit, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)


def read_roster(
    content: bytes | BinaryIO, filename: str, community: Community, *, max_rows: int = MAX_ROWS
) -> list[RosterRow]:
    """The volunteers of a roster that belong to units of the definition or of the same file; raises as below."""
    return list(read_roster_file(content, filename, community, max_rows=max_rows).volunteers)


def read_roster_file(
    content: bytes | BinaryIO,
    filename: str,
    community: Community,
    *,
    max_rows: int = MAX_ROWS,
    units: Iterable[Unit] = (),
    heard: Heard = _nobody,
) -> RosterFile:
    """Read a roster: one row a volunteer under a header of column codes (or their Chinese names).

    Units come in a workbook's sheet called ``units``, or as a CSV file under their own header; ``units`` are those
    known besides the definition's. ``filename`` must end in ``.csv`` or ``.xlsx``. ``heard`` is told how far it has
    come, in whatever thread this runs. Raises :class:`RosterInvalid` with everything that is wrong.
    """
    table = sheets_of(content if isinstance(content, bytes) else content.read(), _suffix(filename), max_rows + 2)
    made, faults = _units(table.units, community, max_rows) if table.units else ([], [])
    known = columns.Known.of(community, [*units, *made])
    volunteers: dict[int, RosterRow] = {}
    if table.volunteers is not None:
        volunteers, wrong = _volunteers(table.volunteers, community, known, max_rows, heard)
        faults += wrong
    if faults:
        raise RosterInvalid(faults)
    numbers = {row.volunteer_id: number for number, row in volunteers.items()}
    return RosterFile(tuple(volunteers.values()), tuple(made), numbers)


def _suffix(filename: str) -> str:
    suffix = PurePath(filename).suffix.lower()
    if suffix not in {".csv", ".xlsx"}:
        raise RosterInvalid([RosterFault(0, "", RosterRule.UNKNOWN_FORMAT)])
    return suffix


def _volunteers(
    sheet: Sheet, community: Community, known: columns.Known, max_rows: int, heard: Heard
) -> tuple[dict[int, RosterRow], list[RosterFault]]:
    table = Table(sheet, columns.column_of, columns.COLUMNS, columns.REQUIRED, max_rows)
    rows: list[tuple[int, RosterRow | None]] = []
    for number, values in table.read(lambda code, cell: columns.value_of(code, cell, known)):
        rows.append((number, RosterRow.model_validate(values) if values else None))
        if len(rows) % TOLD_EVERY == 0:
            heard(len(rows), len(sheet.rows) - 1)
    faults = [*table.faults, *_rules_across(rows, community)]
    return {number: row for number, row in rows if row is not None}, faults


def _units(sheet: Sheet, community: Community, max_rows: int) -> tuple[list[Unit], list[RosterFault]]:
    known = columns.Known.of(community)
    table = Table(sheet, unit_columns.column_of, unit_columns.COLUMNS, unit_columns.REQUIRED, max_rows)
    made: dict[str, Unit] = {}
    for number, values in table.read(lambda code, cell: unit_columns.value_of(code, cell, known)):
        if values is None:
            continue
        name_zh = str(values.pop("name_zh"))
        name = Text(zh=name_zh, en=str(values.pop("name_en")) or name_zh)
        unit = Unit.model_validate({**values, "name": name})
        if unit.unit_id in made:
            table.faults.append(RosterFault(number, "unit_id", RosterRule.GIVEN_TWICE, sheet.name))
        made[unit.unit_id] = unit
    return list(made.values()), table.faults


def _rules_across(rows: Sequence[tuple[int, RosterRow | None]], community: Community) -> Iterator[RosterFault]:
    """Ids and phones once, vetted posts among the claimed, one secretary a unit, no post held by more than its
    headcount.
    """
    ids: set[str] = set()
    phones: set[str] = set()
    led: set[str] = set()
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
        if row.secretary and (row.unit is None or row.unit in led):
            rule = RosterRule.SECRETARY_TWICE if row.unit else RosterRule.SECRETARY_OF_NO_UNIT
            yield RosterFault(number, "secretary", rule)
        ids.add(row.volunteer_id)
        phones.add(row.phone)
        if row.secretary and row.unit:
            led.add(row.unit)
        for post in row.posts:
            places[post] -= 1
        if any(places[post] < 0 for post in row.posts):
            yield RosterFault(number, "posts", RosterRule.POST_FULL)
