"""Reading orders from somebody else's table: a file, a mapping, and an error for each row that cannot be.

The mapping says which of their columns is which of our fields, which of their words is which service and
which area (``"*"`` for all others), and which column holds their id.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.intake.commands.words import LONGEST_NAME, LONGEST_PHONE, LONGEST_TEXT, one_line, plain_words
from shared.contracts.refusal import FieldError, Invalid
from shared.contracts.words import Urgency

OTHERWISE = "*"
LONGEST_ID = 200
LONGEST_QUOTE = 80
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
            raise FileUnreadable("the file has more than %(most)s rows", values={"most": most})
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
            raise FileUnreadable("line %(line)s of the file is not CSV", values={"line": reader.line_num}) from error


def _check_heading(heading: Sequence[str], mapping: ImportMapping) -> None:
    wanted = [column for ours in mapping.columns.values() for column in _columns(ours)]
    wanted += [mapping.external_id] if mapping.external_id else []
    missing = [column for column in wanted if column not in heading]
    if missing:
        raise FileUnreadable("the heading has no column %(columns)s", values={"columns": ", ".join(missing)})
    for ours in ("service", "area"):
        if ours not in mapping.columns:
            raise FileUnreadable("the mapping names no column for %(field)s", values={"field": ours})


def _row(number: int, heading: Sequence[str], cells: Sequence[str], mapping: ImportMapping) -> ImportedRow | RefusedRow:
    if len(cells) != len(heading):
        counted = {"cells": len(cells), "heading": len(heading)}
        ragged = FieldError("", "the row has %(cells)s cells, the heading %(heading)s", counted)
        return RefusedRow(number, (ragged,))
    reading = _Reading(dict(zip(heading, cells, strict=True)), mapping)
    row = ImportedRow(
        row=number,
        service=reading.translated("service", mapping.services),
        area=reading.translated("area", mapping.areas),
        details=reading.text("details", LONGEST_TEXT, plain_words),
        name=reading.text("name", LONGEST_NAME, one_line) or None,
        phone=reading.text("phone", LONGEST_PHONE, one_line) or None,
        urgency=reading.urgency(),
        external_id=reading.external_id(),
    )
    return RefusedRow(number, tuple(reading.errors)) if reading.errors else row


class _Reading:
    """One row being read: their words by column, and what is wrong with them so far."""

    def __init__(self, theirs: Mapping[str, str], mapping: ImportMapping) -> None:
        self._theirs = theirs
        self._mapping = mapping
        self.errors: list[FieldError] = []

    def _said(self, ours: Ours) -> str:
        columns = _columns(self._mapping.columns.get(ours, ()))
        return " – ".join(filter(None, (self._theirs[column].strip() for column in columns)))

    def translated(self, ours: Literal["service", "area"], words: Mapping[str, str]) -> str:
        """Our code for their word; empty, and an error, when the mapping has none."""
        word = self._said(ours)
        code = words.get(word, words.get(OTHERWISE, ""))
        if not code:
            quoted = {"field": ours, "word": word[:LONGEST_QUOTE]}
            self.errors.append(FieldError(f"/{ours}", "the mapping knows no %(field)s for “%(word)s”", quoted))
        return code

    def text(self, ours: Ours, longest: int, check: Callable[[str], str]) -> str:
        """Their words as our doors would take them, by the same checks."""
        return self._checked(f"/{ours}", self._said(ours), longest, check)

    def urgency(self) -> Urgency | None:
        """Theirs must be one of our words, where there is one."""
        said = self._said("urgency")
        if said and said not in set(Urgency):
            self.errors.append(FieldError("/urgency", "urgency is urgent, normal or flexible"))
            return None
        return Urgency(said) if said else None

    def external_id(self) -> str | None:
        """The id it has where it came from; every row has one where the mapping names its column."""
        column = self._mapping.external_id
        if column is None:
            return None
        said = self._theirs[column].strip()
        if not said:
            self.errors.append(FieldError("/external_id", "the row has no id"))
        return self._checked("/external_id", said, LONGEST_ID, one_line)

    def _checked(self, pointer: str, said: str, longest: int, check: Callable[[str], str]) -> str:
        try:
            said = check(said)
        except ValueError as broken:
            self.errors.append(FieldError(pointer, str(broken)))
        if len(said) > longest:
            at_most = {"max_length": longest}
            self.errors.append(FieldError(pointer, "Please give at most %(max_length)s characters", at_most))
        return said


def _columns(ours: str | tuple[str, ...]) -> tuple[str, ...]:
    return (ours,) if isinstance(ours, str) else ours
