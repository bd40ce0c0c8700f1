"""Members, loads and needs with ordinary values, for tests to change one thing at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.matcher.policies.eligibility import Load, Member, Need
from services.matcher.policies.windows import Serving, Span
from shared.community.calendar import official
from shared.community.hours import ALL_WEEK, WeekHours
from shared.community.local import LocalTime
from shared.contracts.words import Urgency

LOCAL = LocalTime(ZoneInfo("Asia/Shanghai"), official("china"))
NOW = datetime.fromisoformat("2026-11-22T19:00+08:00")
"""A Sunday evening."""

GRID = "maoling-east-g1"
POST = "mediation-maoling-east"
ALWAYS = WeekHours(ALL_WEEK)
NEVER = WeekHours(0)


def span(start_hours: float, hours: float) -> Span:
    """A span that starts some hours from now."""
    start = NOW + timedelta(hours=start_hours)
    return Span(start, start + timedelta(hours=hours))


def member(volunteer_id: str = "v-1", **changed: Any) -> Member:
    """A vetted holder of the post, always free, living in the order's grid."""
    ordinary: dict[str, Any] = {"home": GRID, "hours": ALWAYS, "claims": {POST: True}}
    return Member(volunteer_id, **(ordinary | changed))


def load(**changed: Any) -> Load:
    """Nothing held, nothing asked."""
    return Load(**changed)


def need(**changed: Any) -> Need:
    """A mediation of an hour, some time in the next day."""
    ordinary: dict[str, Any] = {
        "order_id": "o-1",
        "leg_id": "l-1",
        "skill": "mediation",
        "grid": GRID,
        "posts": frozenset({POST}),
        "open_to_any": False,
        "needs_vetting": True,
        "urgency": Urgency.NORMAL,
        "serving": Serving(span(0, 24), 60, fixed=False),
        "now": NOW,
        "local": LOCAL,
        "due_at": NOW + timedelta(hours=4),
        "placed_at": NOW,
    }
    return Need(**(ordinary | changed))
