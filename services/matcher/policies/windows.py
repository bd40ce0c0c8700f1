"""When a volunteer can serve: free hours against the order's window, and no two windows at once.

Instants are aware; local time is the zone of the community's definition.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.community.hours import WeekHours
from shared.community.local import LocalTime
from shared.contracts.words import Window


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant up to, and without, another; ``start`` before ``end``."""

    start: datetime
    end: datetime

    def overlaps(self, other: Span) -> bool:
        """Whether the two have a moment in common; touching ends do not."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Serving:
    """What serving takes: ``minutes`` without a break somewhere in ``span``.

    ``fixed`` is False for an order without a window: it can be moved, so it never overlaps anything.
    """

    span: Span
    minutes: int
    fixed: bool


def span_of(window: Window | None) -> Span | None:
    """The span of a resident's window."""
    return Span(window.from_, window.to) if window is not None else None


def serving_of(window: Window | None, now: datetime, duration: timedelta, service: timedelta) -> Serving | None:
    """When an order can be served from ``now`` on; None when its window has passed.

    ``duration``: what one serving usually takes, at most the whole window. ``service``: the service clock,
    in which an order without a window is served.
    """
    whole = span_of(window) or Span(now, now + service)
    if whole.end <= now:
        return None
    needed = min(duration, whole.end - whole.start)
    span = Span(max(whole.start, now), whole.end)
    return Serving(span, int(needed / timedelta(minutes=1)), fixed=window is not None)


def is_free(hours: WeekHours, serving: Serving, local: LocalTime) -> bool:
    """Whether the free hours have a stretch long enough, by the local wall clock and the official calendar."""
    return hours.longest_free_minutes(serving.span.start, serving.span.end, local) >= serving.minutes


def is_within(proposed: Window, wanted: Window | None, service_ends: datetime) -> bool:
    """Whether a proposed time needs nobody's leave: inside the resident's window, or, where there is none, before the
    service clock ends.
    """
    if wanted is None:
        return proposed.to <= service_ends
    return wanted.from_ <= proposed.from_ and proposed.to <= wanted.to
