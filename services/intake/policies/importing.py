"""Reading orders from somebody else's table: a file, a mapping, and an error for each row that cannot be.

The mapping says which of their columns is which of our fields, which of their words is which service and
which area (``"*"`` for all others), and which column holds their id.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.refusal import FieldError, Invalid
from shared.contracts.words import Urgency

OTHERWISE = "*"
Column = Annotated[str, Field(min_length=1, max_length=200)]
Ours = Literal["service", "area", "details", "name", "phone", "urgency"]


class FileUnreadable(Invalid):
    """The file is no table that can be read."""

    title = "The file cannot be read"


class ImportMapping(BaseModel):
    """How to read their table. Several columns may make up ``details``; they are joined by a dash."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: Mapping[Ours, Column | tuple[Column, ...]]
    services: Mapping[str, str]
    areas: Mapping[str, str]
    external_id: Column | None = None


@dataclass(frozen=True)
class ImportedRow:
    """One row as it reads in our words; ``row`` is its line in their table, the heading being 1."""

    row: int
    service: str
    area: str
    details: str
    name: str | None
    phone: str | None
    urgency: Urgency | None
    external_id: str | None


@dataclass(frozen=True)
class RefusedRow:
    """One row that cannot be, and why; pointers name their columns."""

    row: int
    errors: tuple[FieldError, ...]


def read_table(content: bytes, mapping: ImportMapping, most: int) -> list[ImportedRow | RefusedRow]:
    """Every row of the table, read or refused. Raises ``FileUnreadable`` when it is no table at all.

    Comma, semicolon or tab is recognised from the heading; UTF-8 (with or without mark) or GB 18030.
    """
    text = _decode(content)
    if "\0" in text:
        raise FileUnreadable("the file contains NUL characters")
    lines = _lines(text)
    heading = next(lines, None)
    if heading is None:
        raise FileUnreadable("the file is empty")
    _check_heading(heading, mapping)
    rows: list[ImportedRow | RefusedRow] = []
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == most:
            raise FileUnreadable(f"the file has more than {most} rows")
        rows.append(_row(number, heading, cells, mapping))
    return rows


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileUnreadable("the file is neither UTF-8 nor GB 18030")


def _lines(text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max("\t,;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileUnreadable(f"line {reader.line_num}: {error}") from error


def _check_heading(heading: Sequence[str], mapping: ImportMapping) -> None:
    wanted = [column for ours in mapping.columns.values() for column in _columns(ours)]
    wanted += [mapping.external_id] if mapping.external_id else []
    missing = [column for column in wanted if column not in heading]
    if missing:
        raise FileUnreadable(f"the heading has no column {', '.join(missing)}")
    for ours in ("service", "area"):
        if ours not in mapping.columns:
            raise FileUnreadable(f"the mapping names no column for {ours}")


def _row(number: int, heading: Sequence[str], cells: Sequence[str], mapping: ImportMapping) -> ImportedRow | RefusedRow:
    if len(cells) != len(heading):
        reason = f"the row has {len(cells)} cells, the heading {len(heading)}"
        return RefusedRow(number, (FieldError("", reason),))
    theirs = dict(zip(heading, cells, strict=True))
    errors: list[FieldError] = []

    def said(ours: Ours) -> str:
        columns = _columns(mapping.columns.get(ours, ()))
        return " – ".join(filter(None, (theirs[column].strip() for column in columns)))

    def translated(ours: Literal["service", "area"], words: Mapping[str, str]) -> str:
        word = said(ours)
        ours_word = words.get(word, words.get(OTHERWISE, ""))
        if not ours_word:
            errors.append(FieldError(f"/{ours}", f"the mapping knows no {ours} for “{word}”"))
        return ours_word

    service, area = translated("service", mapping.services), translated("area", mapping.areas)
    external_id = theirs[mapping.external_id].strip() if mapping.external_id else None
    if mapping.external_id and not external_id:
        errors.append(FieldError(f"/{mapping.external_id}", "the row has no id"))
    urgency = said("urgency")
    if urgency and urgency not in set(Urgency):
        errors.append(FieldError("/urgency", "urgency is urgent, normal or flexible"))
    if errors:
        return RefusedRow(number, tuple(errors))
    return ImportedRow(
        row=number,
        service=service,
        area=area,
        details=said("details")[:2000],
        name=said("name") or None,
        phone=said("phone") or None,
        urgency=Urgency(urgency) if urgency else None,
        external_id=external_id,
    )


def _columns(ours: str | tuple[str, ...]) -> tuple[str, ...]:
    return (ours,) if isinstance(ours, str) else ours
