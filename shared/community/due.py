"""By when somebody must have an order, or have decided about it: clocks that may run in certain hours only."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.community.definition import Community
from shared.community.hours import WeekHours
from shared.community.local import LocalTime
from shared.contracts.words import Urgency, Window

_ONE_HOUR = timedelta(hours=1)


def dispatch_due(rules: Community, urgency: Urgency, window: Window | None, now: datetime) -> datetime:
    """When somebody must have the order.

    The dispatch clock; for a time that lies far ahead, the lead before it begins, if that is later; never later than
    the end of the window.
    """
    clocks = rules.clocks.of(urgency)
    due = after(rules.local_time, now, clocks.dispatch, clocks.hours)
    if window is None:
        return due
    if clocks.lead:
        due = max(due, window.from_ - clocks.lead)
    return min(due, window.to)


def tier_due(rules: Community, urgency: Urgency, now: datetime) -> datetime:
    """By when a coordinator has to decide before the order climbs."""
    clocks = rules.clocks.of(urgency)
    return after(rules.local_time, now, clocks.tier, clocks.hours)


def after(local: LocalTime, start: datetime, length: timedelta, hours: WeekHours | None) -> datetime:
    """The instant at which a clock that runs in these hours only, by the official calendar, has run for ``length``.

    Without hours it always runs. Raises ``ValueError`` for naive instants.
    """
    if hours is None:
        return start + length
    at, left = start, length
    while True:
        following = _next_hour(local, at)
        if hours.free_at(at, local):
            if left <= following - at:
                return at + left
            left -= following - at
        at = following


def _next_hour(local: LocalTime, at: datetime) -> datetime:
    wall = local.local(at)
    into = timedelta(minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)
    return at + _ONE_HOUR - into
