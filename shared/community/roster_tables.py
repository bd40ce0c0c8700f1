"""The tables of a roster's file, and reading one of them row by row while keeping every fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.community import roster_columns, unit_columns
from shared.community.roster_faults import Broken, RosterFault, RosterInvalid, RosterRule
from shared.community.sheets import is_workbook, sheets_of_workbook
from shared.community.tables import decoded, rows_of_csv

UNITS = "units"
"""The name of a workbook's sheet of units; 单位 is taken as well."""

_UNITS_NAMES = frozenset({UNITS, "单位"})


@dataclass(frozen=True)
class Sheet:
    """Rows that are not blank with their numbers, the header first. ``name``: told with faults, may be empty."""

    name: str
    rows: Sequence[tuple[int, list[str]]]


@dataclass(frozen=True)
class RosterSheets:
    """The two tables of a file, None for one it does not have."""

    volunteers: Sheet | None
    units: Sheet | None


def sheets_of(content: bytes, suffix: str, most: int) -> RosterSheets:
    """The tables of a ``.csv`` or ``.xlsx`` file, at most ``most`` rows of each. Raises :class:`RosterInvalid`."""
    if is_workbook(content) != (suffix == ".xlsx"):
        raise RosterInvalid([RosterFault(0, "", RosterRule.UNREADABLE)])
    try:
        found = _of_workbook(content, most) if suffix == ".xlsx" else _of_csv(content)
    except ValueError as error:
        raise RosterInvalid([RosterFault(0, "", RosterRule.UNREADABLE)]) from error
    if not any(sheet and sheet.rows for sheet in (found.volunteers, found.units)):
        raise RosterInvalid([RosterFault(0, "", RosterRule.EMPTY)])
    return found


def _of_csv(content: bytes) -> RosterSheets:
    rows = list(rows_of_csv(decoded(content)))
    sheet = Sheet("", rows)
    return RosterSheets(None, sheet) if rows and is_of_units(rows[0][1]) else RosterSheets(sheet, None)


def _of_workbook(content: bytes, most: int) -> RosterSheets:
    """The sheet of units by its name wherever it stands; the volunteers are on the first of the others."""
    sheets = sheets_of_workbook(content, most)
    units = next((Sheet(UNITS, rows) for name, rows in sheets if name.strip().lower() in _UNITS_NAMES and rows), None)
    others = [rows for name, rows in sheets if name.strip().lower() not in _UNITS_NAMES]
    volunteers = Sheet("", others[0]) if others and (others[0] or units is None) else None
    if units is None and volunteers and volunteers.rows and is_of_units(volunteers.rows[0][1]):
        return RosterSheets(None, volunteers)
    return RosterSheets(volunteers, units)


def is_of_units(titles: Sequence[str]) -> bool:
    """Whether a header is that of units."""
    return any(unit_columns.column_of(title) == "unit_id" for title in titles) and not any(
        roster_columns.column_of(title) == "volunteer_id" for title in titles
    )


class Table:
    """One table under its header. ``faults`` grows while it is read."""

    def __init__(
        self,
        sheet: Sheet,
        column_of: Callable[[str], str | None],
        codes: Sequence[str],
        required: Sequence[str],
        max_rows: int,
    ) -> None:
        (header_row, titles), *self._records = sheet.rows
        self._sheet, self._codes = sheet.name, codes
        self.faults: list[RosterFault] = []
        if len(self._records) > max_rows:
            raise RosterInvalid([self._fault(0, "", RosterRule.TOO_MANY_ROWS)])
        self._header = self._read_header([column_of(title) for title in titles], titles, header_row, required)
        if self.faults:
            raise RosterInvalid(self.faults)
        if not self._records:
            raise RosterInvalid([self._fault(0, "", RosterRule.EMPTY)])

    def read(self, value_of: Callable[[str, str], object]) -> Iterator[tuple[int, dict[str, Any] | None]]:
        """Every row's number and values by column code; None for a row with a fault."""
        for number, cells in self._records:
            before = len(self.faults)
            if any(cells[len(self._header) :]):
                self.faults.append(self._fault(number, "", RosterRule.SURPLUS_CELL))
            written = dict(zip(self._header, cells, strict=False))
            values = {code: self._value(number, code, written.get(code, ""), value_of) for code in self._codes}
            yield number, values if len(self.faults) == before else None

    def _value(self, number: int, code: str, cell: str, value_of: Callable[[str, str], object]) -> object:
        try:
            return value_of(code, cell)
        except Broken as broken:
            self.faults.append(self._fault(number, code, broken.rule))
            return None

    def _read_header(
        self, header: Sequence[str | None], titles: Sequence[str], row: int, required: Sequence[str]
    ) -> list[str]:
        unknown = [title for title, code in zip(titles, header, strict=True) if code is None]
        codes = [code for code in header if code is not None]
        self.faults += [self._fault(row, title[:40], RosterRule.UNKNOWN_COLUMN) for title in unknown]
        self.faults += [
            self._fault(row, code, RosterRule.COLUMN_TWICE) for code in self._codes if codes.count(code) > 1
        ]
        self.faults += [self._fault(row, code, RosterRule.COLUMN_MISSING) for code in required if code not in codes]
        return codes

    def _fault(self, row: int, column: str, rule: RosterRule) -> RosterFault:
        return RosterFault(row, column, rule, self._sheet)
