"""The roster as a file again, CSV or XLSX: what is written is read back as the same roster, and nothing in it is ever
computed by a spreadsheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import groupby

from shared.community import roster_columns, unit_columns
from shared.community.hours import WeekHours
from shared.community.posts import Unit
from shared.community.roster import RosterFile, RosterRow
from shared.community.roster_tables import UNITS

VOLUNTEERS = "volunteers"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def roster_csv(volunteers: Iterable[RosterRow]) -> bytes:
    """The volunteers as CSV in UTF-8 with the mark that spreadsheets look for."""
    return csv_of(roster_columns.COLUMNS, map(cells_of, volunteers))


def units_csv(units: Iterable[Unit]) -> bytes:
    """The units likewise, under their own header."""
    return csv_of(unit_columns.COLUMNS, map(unit_cells_of, units))


def roster_workbook(roster: RosterFile) -> bytes:
    """A workbook with a sheet of volunteers and one of units, every cell a text."""
    from openpyxl import Workbook  # noqa: PLC0415 - half a second that only an export should pay
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - the same

    book = Workbook(write_only=True)
    sheets = (
        (VOLUNTEERS, roster_columns.COLUMNS, [cells_of(row) for row in roster.volunteers]),
        (UNITS, unit_columns.COLUMNS, [unit_cells_of(unit) for unit in roster.units]),
    )
    for title, header, rows in sheets:
        sheet = book.create_sheet(title)
        for row in (header, *rows):
            cells = [WriteOnlyCell(sheet, plain(text)) for text in row]
            for cell in cells:
                cell.data_type = "s"
            sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def cells_of(row: RosterRow) -> list[str]:
    """One volunteer's cells, in the order of the columns."""
    cells = {
        "volunteer_id": row.volunteer_id,
        "name": row.name,
        "phone": row.phone.removeprefix("+86"),
        "kind": row.kind.value,
        "unit": row.unit or "",
        "profession": row.profession or "",
        "home": row.home,
        "posts": " ".join(row.posts),
        "vetted_posts": " ".join(row.vetted_posts),
        "hours": plan_of(row.hours) if row.hours is not None else "",
        "capacity": str(row.capacity),
        "on_duty": _yes_or_no(row.on_duty),
        "daily_offers": str(row.daily_offers or ""),
        "urgent_at_work": _yes_or_no(row.urgent_at_work),
        "secretary": _yes_or_no(row.secretary),
    }
    return [cells[column] for column in roster_columns.COLUMNS]


def unit_cells_of(unit: Unit) -> list[str]:
    """One unit's cells, in the order of the columns."""
    cells = {
        "unit_id": unit.unit_id,
        "name_zh": unit.name.zh,
        "name_en": unit.name.en,
        "located_in": unit.located_in,
        "paired_with": unit.paired_with or "",
        "hidden": _yes_or_no(unit.hidden),
    }
    return [cells[column] for column in unit_columns.COLUMNS]


def plan_of(hours: WeekHours) -> str:
    """Free hours as people write them, such as ``mon-fri 18-22; sat-sun 8-22``; hex digits when a plan would be too
    long for a cell or there is no free hour.
    """
    free = set(hours)
    days = [tuple(_runs(free, day)) for day in range(7)]
    parts = []
    for runs, alike in groupby(range(7), key=lambda day: days[day]):
        first, *rest = alike
        name = f"{_DAYS[first]}-{_DAYS[rest[-1]]}" if rest else _DAYS[first]
        parts += [f"{name} {start}-{end}" for start, end in runs]
    plan = "; ".join(parts)
    return plan if 0 < len(plan) <= roster_columns.LONGEST_CELL else hours.hex


def plain(text: str) -> str:
    """A text no spreadsheet takes for a formula: one that looks like it gets an apostrophe in front."""
    return f"'{text}" if text.startswith(roster_columns.COMPUTED) else text


def _runs(free: set[int], day: int) -> Iterable[tuple[int, int]]:
    """The free spans of a day, whole hours."""
    start = None
    for hour in range(25):
        is_free = hour < 24 and day * 24 + hour in free
        if is_free and start is None:
            start = hour
        elif not is_free and start is not None:
            yield start, hour
            start = None


def _yes_or_no(told: bool | None) -> str:
    return "" if told is None else "yes" if told else "no"


def csv_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as CSV in UTF-8 with the mark that spreadsheets look for; no cell is taken for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
