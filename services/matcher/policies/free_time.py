"""The hours at which somebody may be asked in the days ahead, and the parts of a week one press fills."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from services.matcher.policies.windows import Span
from shared.community.hours import WeekHours
from shared.community.local import LocalTime
from shared.contracts.words import Window

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_WORKDAYS, _WEEKEND = range(5), range(5, 7)


class DayPart(StrEnum):
    """A quarter of a day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


HOURS_OF = {
    DayPart.MORNING: range(6, 12),
    DayPart.AFTERNOON: range(12, 18),
    DayPart.EVENING: range(18, 24),
    DayPart.NIGHT: range(6),
}
"""Which hours of a day a part has."""


class WeekPart(StrEnum):
    """What one press fills."""

    EVENINGS = "evenings"
    WORKDAYS = "workdays"
    WEEKENDS = "weekends"


FILLED_BY = {
    WeekPart.EVENINGS: frozenset(day * 24 + hour for day in _WORKDAYS for hour in range(18, 22)),
    WeekPart.WORKDAYS: frozenset(day * 24 + hour for day in _WORKDAYS for hour in range(8, 18)),
    WeekPart.WEEKENDS: frozenset(day * 24 + hour for day in _WEEKEND for hour in range(8, 22)),
}
"""The hours of the week, 0 being Monday 0:00, that each of them fills."""


def turned(hours: WeekHours, part: WeekPart) -> WeekHours:
    """The week with a whole part free; without it, where all of it was free."""
    free, wanted = frozenset(hours), FILLED_BY[part]
    return WeekHours.of(free - wanted if wanted <= free else free | wanted)


def free_spans(
    hours: WeekHours, absences: Collection[Window], first_day: date, days: int, local: LocalTime
) -> Sequence[Span]:
    """The free hours of so many local days, those that follow each other as one, none past midnight; holidays and
    make-up workdays as the calendar has them, without the absences.
    """
    found: list[Span] = []
    for number in range(days):
        midnight = datetime.combine(first_day + number * _DAY, time(), local.zone)
        free = [hour for hour in range(24) if _is_free(hours, absences, midnight + hour * _HOUR, local)]
        starts = [hour for hour in free if hour - 1 not in free]
        for start in starts:
            end = next(hour for hour in range(start + 1, 25) if hour not in free)
            found.append(Span(midnight + start * _HOUR, midnight + end * _HOUR))
    return found


def _is_free(hours: WeekHours, absences: Collection[Window], at: datetime, local: LocalTime) -> bool:
    away = any(absence.from_ < at + _HOUR and at < absence.to for absence in absences)
    return not away and hours.free_at(at, local)
