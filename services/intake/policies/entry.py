"""Taking an order down in under a minute: quick choices of when, and a service by what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from shared.contracts.words import Window

_SATURDAY = 5


class When(StrEnum):
    """When it suits somebody, as it is said on the phone; ``other``: from and until are given."""

    SOON = "soon"
    EVENING = "evening"
    TOMORROW = "tomorrow"
    WEEKEND = "weekend"
    OTHER = "other"


@dataclass(frozen=True)
class DayHours:
    """What people mean by a day and its evening, in whole hours of local time."""

    day_from: int = 9
    day_to: int = 18
    evening_to: int = 21


def quick_window(when: When, now: datetime, hours: DayHours) -> Window | None:
    """The window a quick choice means; ``now`` is local time. None: as soon as somebody can, or it is given apart.

    Once this evening is over, the evening is tomorrow's; on a weekend, the weekend is this one.
    """
    match when:
        case When.EVENING:
            over = now >= _at(now, hours.evening_to)
            day = now + timedelta(days=1) if over else now
            return _ahead(_at(day, hours.day_to), _at(day, hours.evening_to), now)
        case When.TOMORROW:
            day = now + timedelta(days=1)
            return _ahead(_at(day, hours.day_from), _at(day, hours.evening_to), now)
        case When.WEEKEND:
            saturday = now + timedelta(days=_SATURDAY - now.weekday())
            sunday = saturday + timedelta(days=1)
            if now >= _at(sunday, hours.evening_to):
                saturday, sunday = saturday + timedelta(weeks=1), sunday + timedelta(weeks=1)
            return _ahead(_at(saturday, hours.day_from), _at(sunday, hours.evening_to), now)
    return None


def service_meant(typed: str, names: Iterable[Mapping[str, str]]) -> str | None:
    """The code of the service somebody typed: its name or code, else the only one whose name holds the words.

    ``names``: services in order, each with its ``code`` and its ``name`` in the reader's language.
    """
    words = typed.strip().casefold()
    if not words:
        return None
    known = list(names)
    exact = [one["code"] for one in known if words in {one["code"].casefold(), one["name"].casefold()}]
    holding = exact or [one["code"] for one in known if words in one["name"].casefold()]
    return holding[0] if len(holding) == 1 else None


def _at(day: datetime, hour: int) -> datetime:
    return datetime.combine(day.date(), time(hour), day.tzinfo)


def _ahead(start: datetime, end: datetime, now: datetime) -> Window:
    return Window(from_=max(start, now), to=end)
