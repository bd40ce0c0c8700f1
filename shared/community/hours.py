"""Free hours of a week as one number: bit ``h`` is the hour ``h`` hours after Monday 00:00 local time.

On the pairing's path, so everything is bit arithmetic. Spans are measured on the local wall clock, and the official
calendar says which weekday's hours hold on each of their days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from shared.community.local import LocalTime, Stretch
from shared.community.plan import hours_of_plan

WEEK = 168
ALL_WEEK = (1 << WEEK) - 1
_ALL_DAY = (1 << 24) - 1
_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE


class VolunteerKind(StrEnum):
    """Who a volunteer is; the kind decides the default hours (mission.md, pairing rule 2)."""

    IN_SERVICE = "in_service"
    RETIRED = "retired"
    STUDENT = "student"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class WeekHours:
    """The hours a volunteer is free in any week; written as 42 hex digits, ``f"{bits:042x}"``."""

    bits: int

    def __post_init__(self) -> None:
        if not 0 <= self.bits <= ALL_WEEK:
            raise ValueError("a week has 168 hours")

    @classmethod
    def of(cls, hours: Iterable[int]) -> Self:
        """From hours of the week, 0 (Monday 00:00) to 167."""
        bits = 0
        for hour in hours:
            if not 0 <= hour < WEEK:
                raise ValueError("an hour of the week is 0 to 167")
            bits |= 1 << hour
        return cls(bits)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From 42 hex digits, or from a plan such as ``mon-fri 18-22; sat-sun 8-22`` or ``周一至周五
        18-22；周末 8-22``.
        """
        text = text.strip()
        if len(text) == WEEK // 4 and all(digit in "0123456789abcdefABCDEF" for digit in text):
            return cls(int(text, 16))
        return cls.of(hours_of_plan(text))

    @classmethod
    def _given(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise ValueError("hours are text or a week")  # noqa: TRY004 - pydantic reports a ValueError, not a TypeError
        return cls.parse(value)

    @property
    def hex(self) -> str:
        """42 hex digits, for a column of the database."""
        return f"{self.bits:042x}"

    def __iter__(self) -> Iterator[int]:
        """The free hours of the week, in order."""
        return (hour for hour in range(WEEK) if self.bits >> hour & 1)

    def __len__(self) -> int:
        return self.bits.bit_count()

    def free_at(self, at: datetime, local: LocalTime) -> bool:
        """Whether the hour of an aware instant is free."""
        row, hour = local.row_hour(at)
        return bool(self.bits >> row * 24 + hour & 1)

    def longest_free_minutes(self, window_from: datetime, window_to: datetime, local: LocalTime) -> int:
        """The longest stretch without a break that is free within a window, in whole minutes."""
        stretch = local.stretch(window_from, window_to)
        if self.bits == ALL_WEEK:
            return stretch.length // _MINUTE
        free = 0
        for number, row in enumerate(stretch.rows):
            free |= (self.bits >> row * 24 & _ALL_DAY) << number * 24
        return _longest_run(free >> stretch.first, stretch)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """In models: an instance or text; hex digits when serialised to JSON."""
        return core_schema.json_or_python_schema(
            json_schema=core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema()),
            python_schema=core_schema.no_info_plain_validator_function(cls._given),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda hours: hours.hex, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )


class DefaultHours(BaseModel):
    """The free hours of each kind of volunteer until they say otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    in_service: WeekHours
    retired: WeekHours
    student: WeekHours
    partner: WeekHours


def _longest_run(free: int, stretch: Stretch) -> int:
    """The longest run of free hours cut at both ends of the stretch, in whole minutes; bit 0 is its first hour."""
    runs = free & ((1 << stretch.touched) - 1)
    longest = 0
    while runs:
        begin = (runs & -runs).bit_length() - 1
        ones = ~(runs >> begin)
        finish = begin + (ones & -ones).bit_length() - 1
        free_from = max(begin * _HOUR - stretch.into_first, 0)
        free_to = min(finish * _HOUR - stretch.into_first, stretch.length)
        longest = max(longest, free_to - free_from)
        runs = runs >> finish << finish
    return longest // _MINUTE
