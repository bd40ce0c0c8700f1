"""Rosters to read: two rows of the small county, as tables, as workbooks, and refused."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import Workbook

from shared.community.definition import Community
from shared.community.roster import RosterInvalid, read_roster
from shared.community.roster_columns import COLUMNS

ZHAO = {
    "volunteer_id": "v-1",
    "name": "赵一",
    "phone": "15400000001",
    "kind": "in_service",
    "unit": "u-1",
    "profession": "teacher",
    "home": "east-g1-b1",
    "posts": "tutoring-east tutoring-small",
    "vetted_posts": "tutoring-east",
    "hours": "mon 8-9",
    "capacity": "3",
    "on_duty": "yes",
}
QIAN = {"volunteer_id": "v-2", "name": "钱二", "phone": "154 0000 0002", "kind": "retired", "home": "west-g1"}


def as_csv(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    """Rows under a header, as a spreadsheet saves them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue().encode()


def as_xlsx(*rows: list[object]) -> bytes:
    """Rows of the first sheet of a workbook."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def refusal(content: bytes, community: Community, filename: str = "roster.csv", max_rows: int = 100) -> RosterInvalid:
    """Read a roster that must be refused."""
    with pytest.raises(RosterInvalid) as refused:
        read_roster(content, filename, community, max_rows=max_rows)
    return refused.value
