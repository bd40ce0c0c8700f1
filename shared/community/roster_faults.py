"""What can be wrong with a roster, and how it is told: by sheet, row and column, never by what the cell says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.contracts.refusal import FieldError, Invalid, Sentences


class RosterRule(Sentences):
    """What can be wrong with a roster."""

    UNKNOWN_FORMAT = "The file must be CSV or XLSX"
    UNREADABLE = "The file cannot be read"
    EMPTY = "The file has no rows"
    TOO_MANY_ROWS = "The file has more rows than allowed"
    UNKNOWN_COLUMN = "There is no such column"
    COLUMN_TWICE = "The column is there twice"
    COLUMN_MISSING = "The column is missing"
    SURPLUS_CELL = "The row has more cells than the header"
    MISSING = "This must not be empty"
    TOO_LONG = "This is too long"
    FORMULA = "This looks like a formula"
    CONTROL_CHARACTER = "This has characters that cannot be shown"
    NOT_AN_ID = "An id has lower-case letters, digits, _ and - only"
    NOT_A_PHONE = "This is not a mobile number"
    UNKNOWN_KIND = "There is no such kind of volunteer"
    UNKNOWN_UNIT = "There is no such unit"
    UNKNOWN_PROFESSION = "There is no such profession"
    UNKNOWN_AREA = "There is no such area"
    HOME_TOO_WIDE = "A home is a grid or lies in one"
    UNKNOWN_POST = "There is no such post"
    POST_TWICE = "A post is named twice"
    POST_FULL = "The post has no place left"
    VETTED_UNCLAIMED = "A vetted post must be a claimed one"
    NOT_HOURS = "Hours read like: mon-fri 18-22; sat-sun 8-22"
    NOT_A_CAPACITY = "The capacity is a number from 1 to 20"
    NOT_A_BUDGET = "The offers a day are a number from 1 to 50"
    NOT_YES_OR_NO = "This must be yes or no"
    GIVEN_TWICE = "Another row has the same"
    UNKNOWN_COORDINATOR = "There is no such coordinator"
    SECRETARY_OF_NO_UNIT = "A secretary belongs to a unit"
    SECRETARY_TWICE = "The unit has another secretary in this file"


class Broken(Exception):
    """A cell breaks a rule; carries the rule from the cell to its row, never further."""

    def __init__(self, rule: RosterRule) -> None:
        super().__init__(rule.value)
        self.rule = rule


@dataclass(frozen=True)
class RosterFault:
    """One thing wrong. ``row`` is the row of the spreadsheet (the header is 1, 0 stands for the file),
    ``column`` the code of the column or the header as written, empty for the whole row; ``sheet`` the name of a
    workbook's sheet of units, empty for the volunteers'. It never repeats what the cell says.
    """

    row: int
    column: str
    rule: RosterRule
    sheet: str = ""

    def __str__(self) -> str:
        parts = (self.sheet, f"row {self.row}" if self.row else "", self.column)
        place = ", ".join(part for part in parts if part)
        return f"{place}: {self.rule.value}" if place else self.rule.value

    @property
    def pointer(self) -> str:
        """``/<row>/<column>``, after ``/<sheet>`` where there is one."""
        parts = [self.sheet] if self.sheet else []
        return "".join(f"/{_token(part)}" for part in [*parts, str(self.row), self.column])


class RosterInvalid(Invalid):
    """The roster breaks rules, so none of it was taken. ``faults`` has all, in the order of the file."""

    title = "The roster has errors; nothing was imported"

    def __init__(self, faults: Iterable[RosterFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.sheet, fault.row)))
        super().__init__(errors=[FieldError(fault.pointer, fault.rule.value) for fault in self.faults])

    def __str__(self) -> str:
        return "\n".join([self.title, *(f"  {fault}" for fault in self.faults)])


def _token(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
