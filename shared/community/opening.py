"""When a counter is open, by the official calendar: the appointments it can give, and whether one lies within."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from shared.community.hours import WeekHours
from shared.community.local import LocalTime
from shared.contracts.words import Window

_FURTHEST = timedelta(days=31)
"""No official holiday is as long; a counter that does not open within it gives no appointments."""
_MINUTE = timedelta(minutes=1)


def openings(hours: WeekHours, local: LocalTime, after: datetime, most: int, least: timedelta) -> list[Window]:
    """The next stretches of whole opening hours from ``after`` on, at most ``most``, each at least ``least`` long.

    Raises ``ValueError`` for naive instants.
    """
    long_enough = (one for one in _stretches(hours, local, after) if one.to - one.from_ >= least)
    return list(islice(long_enough, most))


def is_open(hours: WeekHours, local: LocalTime, window: Window) -> bool:
    """Whether every hour that a window touches is one of opening."""
    return hours.longest_free_minutes(window.from_, window.to, local) >= (window.to - window.from_) // _MINUTE


def _stretches(hours: WeekHours, local: LocalTime, after: datetime) -> Iterator[Window]:
    """Whole hours of opening that follow each other, joined."""
    begins: datetime | None = None
    for at in local.hours_between(after - _MINUTE, after + _FURTHEST):
        if hours.free_at(at, local):
            begins = begins or at
        elif begins is not None:
            yield Window(from_=begins, to=at)
            begins = None
