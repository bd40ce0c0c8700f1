"""From files to validated entries: one TOML file that people write, and the tables (CSV) it names beside
itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from shared.community.faults import DefinitionInvalid, Entry, Fault, Faults, join
from shared.community.hours import WeekHours
from shared.community.tables import decoded, rows_of_csv
from shared.community.text import Code, Text

M = TypeVar("M", bound=BaseModel)
_LANGUAGES = frozenset(Text.model_fields)


class Files(BaseModel):
    """The tables, by names relative to the definition's folder. The counters are optional; so are the roster and the
    list of who holds the coordinators' offices, which are not read here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    areas: str
    coordinators: str
    posts: str
    units: str
    counters: str | None = None
    roster: str | None = None
    incumbents: str | None = None


class Header(BaseModel):
    """The head of a definition. ``time_zone`` is an IANA name, ``calendar`` one of the official calendars.
    ``successors``: areas of earlier definitions that are no more, each with the area that goes on for it.
    ``station_phone``: whom people in danger call beside 119, 120 and 110, as it is read; empty where there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: Text
    time_zone: str
    files: Files
    calendar: str = ""
    successors: dict[Code, Code] = Field(default_factory=dict)
    station_phone: str = Field(default="", pattern=r"^(\+?[0-9][0-9 -]{2,18}[0-9])?$")


class AreaRow(BaseModel):
    """One area of the table; ``parent`` is empty for the root."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    kind: Code
    parent: Code | None = None
    name: Text


class CoordinatorRow(BaseModel):
    """One coordinator of the table; without a title of their own they have that of their tier."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coordinator_id: Code
    area: Code
    title: Text | None = None


class CounterRow(BaseModel):
    """One counter of the table: the area whose people it serves, and when it is open."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    area: Code
    name: Text
    hours: WeekHours


@dataclass(frozen=True)
class Source:
    """The TOML file as read, and where it lies."""

    path: Path
    content: Mapping[str, Any]

    @property
    def file(self) -> str:
        """The file's name, for faults."""
        return self.path.name

    def header(self, faults: Faults) -> Header:
        """The head; nothing can be read without one, so a fault in it ends the reading."""
        head = {key: self.content[key] for key in Header.model_fields if key in self.content}
        entry = faults.entry(Header, head, self.file, "")
        if entry is None:
            raise DefinitionInvalid(faults)
        return entry.value

    def one(self, model: type[M], key: str, faults: Faults) -> Entry[M] | None:
        """One section, such as ``[clocks]``."""
        if key not in self.content:
            faults.append(Fault(self.file, key, "this section is missing"))
            return None
        return faults.entry(model, self.content[key], self.file, key)

    def any(self, model: type[M], key: str, faults: Faults) -> list[Entry[M]]:
        """A list of sections that may be missing."""
        return self.many(model, key, faults) if key in self.content else []

    def many(self, model: type[M], key: str, faults: Faults) -> list[Entry[M]]:
        """A list of sections, such as ``[[services]]``; there must be at least one."""
        raw = self.content.get(key)
        if not isinstance(raw, list) or not raw:
            faults.append(Fault(self.file, key, "there must be at least one"))
            return []
        read = (faults.entry(model, each, self.file, join(key, index)) for index, each in enumerate(raw))
        return [entry for entry in read if entry is not None]

    def table(self, model: type[M], name: str, faults: Faults) -> list[Entry[M]]:
        """The rows of a table. Columns such as ``name_zh`` and ``name_en`` make one text; empty cells are
        left out.
        """
        try:
            rows = list(rows_of_csv(decoded(self._beside(name).read_bytes())))
        except OSError as error:
            faults.append(Fault(name, "", f"cannot be read: {error.strerror}"))
            return []
        except ValueError as error:
            faults.append(Fault(name, "", f"cannot be read: {error}"))
            return []
        if len(rows) < 2:
            faults.append(Fault(name, "", "there must be a header and at least one row"))
            return []
        (_, columns), *records = rows
        fields = [_field_of(column) for column in columns]
        read = (faults.entry(model, _nested(fields, cells), name, f"row {row}") for row, cells in records)
        return [entry for entry in read if entry is not None]

    def maybe_table(self, model: type[M], name: str | None, faults: Faults) -> list[Entry[M]]:
        """The rows of a table that a definition may do without."""
        return self.table(model, name, faults) if name is not None else []

    def _beside(self, name: str) -> Path:
        folder = self.path.resolve().parent
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            raise ValueError("it must lie beside the definition")
        return path

    def unread(self, field: str, name: str | None, faults: Faults) -> Path | None:
        """Where a file of people lies, when the definition names one in this field."""
        if name is None:
            return None
        try:
            path = self._beside(name)
        except ValueError as error:
            faults.append(Fault(self.file, f"files.{field}", str(error)))
            return None
        if not path.is_file():
            faults.append(Fault(self.file, f"files.{field}", f"there is no file {name!r}"))
        return path


def read_source(path: Path) -> Source:
    """Read the TOML file. Raises :class:`DefinitionInvalid` when there is none or it is not TOML."""
    try:
        return Source(path, tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise DefinitionInvalid([Fault(path.name, "", f"cannot be read: {error.strerror}")]) from error
    except ValueError as error:
        raise DefinitionInvalid([Fault(path.name, "", f"cannot be read: {error}")]) from error


def _field_of(column: str) -> tuple[str, str]:
    """The field a column fills, and the language it fills of it: ``name_zh`` is ``name`` and ``zh``."""
    name, _, language = column.rpartition("_")
    return (name, language) if name and language in _LANGUAGES else (column, "")


def _nested(fields: Sequence[tuple[str, str]], cells: Sequence[str]) -> dict[str, Any]:
    """Cells by field; a surplus cell becomes an unknown field ``column 5``, which validation names."""
    row: dict[str, Any] = {}
    for (field, language), cell in zip(fields, cells, strict=False):
        if not cell:
            continue
        if language:
            row.setdefault(field, {})[language] = cell
        else:
            row[field] = cell
    surplus = enumerate(cells[len(fields) :], start=len(fields) + 1)
    return row | {f"column {number}": cell for number, cell in surplus if cell}
