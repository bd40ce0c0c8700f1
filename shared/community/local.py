"""Local time of a community: its zone and its calendar together decide which hours of a week a span touches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from shared.community.calendar import WorkCalendar

_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_ONE_HOUR = timedelta(hours=1)
_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE
_SPANS_KEPT = 4096
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span on the local wall clock: the weekday row of each day it touches, the hour of the first day it starts
    in, how many hours it touches, and in microseconds how far into that hour it starts and how long it is.
    """

    rows: tuple[int, ...]
    first: int
    touched: int
    into_first: int
    length: int


class LocalTime:
    """Instants and spans in one zone under one calendar. Raises ``ValueError`` for naive instants."""

    def __init__(self, zone: tzinfo, calendar: WorkCalendar) -> None:
        self.zone = zone
        self._calendar = calendar
        self.stretch = lru_cache(maxsize=_SPANS_KEPT)(self._stretch)

    def local(self, at: datetime) -> datetime:
        """The instant on the wall clock."""
        if at.tzinfo is None:
            raise ValueError("hours are asked for aware instants only")
        return at.astimezone(self.zone)

    def day(self, at: datetime) -> date:
        """The local day an instant lies in: the one a budget counts for."""
        return self.local(at).date()

    def row_hour(self, at: datetime) -> tuple[int, int]:
        """The weekday whose hours hold at an instant, 0 (Monday) to 6, and the hour of the day."""
        local = self.local(at)
        return self._calendar.row(local.date()), local.hour

    def works_on(self, day: date) -> bool:
        """Whether people go to work on a local day."""
        return self._calendar.row(day) < _SATURDAY

    def hours_of(self, start: datetime, end: datetime) -> Sequence[int]:
        """The hour of the week, 0 to 167, of every hour a span touches, in order; raises as ``stretch`` does."""
        stretch = self.stretch(start, end)
        hours = (divmod(stretch.first + number, 24) for number in range(stretch.touched))
        return [stretch.rows[day] * 24 + hour for day, hour in hours]

    def hours_between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The beginning of every hour of the local clock that lies between two instants, neither included."""
        local = self.local(after)
        at = (local.replace(minute=0, second=0, microsecond=0)).astimezone(UTC) + _ONE_HOUR
        while at < until:
            yield at
            at += _ONE_HOUR

    def _stretch(self, start: datetime, end: datetime) -> Stretch:
        """The span by the local wall clock; raises ``ValueError`` unless it ends after it starts."""
        local = self.local(start)
        length = (self.local(end).replace(tzinfo=None) - local.replace(tzinfo=None)) // _TICK
        if end <= start or length <= 0:
            raise ValueError("a span must end after it starts")
        into_first = local.minute * _MINUTE + local.second * 1_000_000 + local.microsecond
        touched = -(-(into_first + length) // _HOUR)
        days = -(-(local.hour + touched) // 24)
        rows = tuple(self._calendar.row(local.date() + number * _DAY) for number in range(days))
        return Stretch(rows, local.hour, touched, into_first, length)
