"""The official calendar: which row of a week's free hours holds on a day (mission.md, pairing rule 2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from typing import Protocol

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6

_DAYS_KEPT = 4096


class WorkCalendar(Protocol):
    """Says of a day which weekday's hours people have on it."""

    def row(self, day: date) -> int:
        """0 (Monday) to 6 (Sunday)."""
        ...


class PlainWeek:
    """Every day is its own weekday."""

    def row(self, day: date) -> int:
        """The weekday."""
        return day.weekday()


class OfficialYear:
    """A public calendar: a holiday takes Sunday's hours, a make-up workday those of the nearest workday.

    ``is_workday`` raises ``NotImplementedError`` for days it does not know; those are their own weekday.
    """

    def __init__(self, is_workday: Callable[[date], bool]) -> None:
        self._is_workday = is_workday
        self.row = lru_cache(maxsize=_DAYS_KEPT)(self._row)

    def _row(self, day: date) -> int:
        weekday = day.weekday()
        try:
            works = self._is_workday(day)
        except NotImplementedError:
            return weekday
        if works and weekday >= SATURDAY:
            return FRIDAY if weekday == SATURDAY else MONDAY
        return SUNDAY if not works and weekday < SATURDAY else weekday


def _china() -> WorkCalendar:
    import chinese_calendar  # noqa: PLC0415 - read only where a definition asks for it

    return OfficialYear(chinese_calendar.is_workday)


_CALENDARS: dict[str, Callable[[], WorkCalendar]] = {"": PlainWeek, "china": _china}

CALENDARS = frozenset(_CALENDARS)
"""The names a definition may give; none is the plain week."""


@cache
def official(name: str) -> WorkCalendar:
    """The calendar of that name. Raises ``KeyError`` for another than those of ``CALENDARS``."""
    return _CALENDARS[name]()
