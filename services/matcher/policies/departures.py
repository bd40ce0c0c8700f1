"""Volunteers who leave, fall ill or are suspended: what comes back, and when somebody may."""

from __future__ import annotations

from datetime import datetime

from services.matcher.policies.windows import Span
from shared.contracts.refusal import Conflict


class UntilPassed(Conflict):
    """Somebody is ill until an instant that lies ahead."""

    title = "Please say until when; the time must lie ahead"


class HasLeft(Conflict):
    """Whoever has left is asked nothing, and takes up nothing."""

    title = "This volunteer has left"


class NotGone(Conflict):
    """Whoever is on the roster is needed there: they leave first, and what they have goes to others."""

    title = "Please leave first: what you have then goes to others, and your data can be erased"


class OnTheRoster(Conflict):
    """Only who left or is suspended can be let back in."""

    title = "This volunteer is neither suspended nor gone"


def check_erasable(left_at: datetime | None) -> None:
    """Raises ``NotGone`` for somebody who has not left."""
    if left_at is None:
        raise NotGone


def check_until(until: datetime, now: datetime) -> None:
    """Raises ``UntilPassed`` unless ``until`` lies ahead."""
    if until <= now:
        raise UntilPassed


def comes_back(serving: Span | None, away: Span | None) -> bool:
    """Whether what somebody has to serve at ``serving`` comes back: always when they are gone for good (``away`` is
    None); else when it lies in their absence, or may be served at any time.
    """
    return away is None or serving is None or (serving.start < away.end and away.start < serving.end)
