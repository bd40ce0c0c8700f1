"""Dangers: before whom they come, by when somebody has to answer, and what may be reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.matcher.policies.ladder import rung_of
from shared.community.areas import AreaTree
from shared.contracts.refusal import Conflict


class IncidentAnswered(Conflict):
    """Somebody has seen to it already."""

    title = "Somebody has seen to this already"


@dataclass(frozen=True)
class Before:
    """Whose coordinator has to see to it, and by when."""

    area: str
    due_at: datetime


def first_before(areas: AreaTree, desk_area: str, now: datetime, clock: timedelta) -> Before:
    """The coordinator of the order's desk, at once, whoever holds the order."""
    return Before(rung_of(areas, desk_area).area, now + clock)


def next_before(areas: AreaTree, area: str, now: datetime, clock: timedelta, daily: timedelta) -> Before:
    """Nobody answered: the next coordinator above; at the top again, after ``daily``."""
    above = areas.coordinator_area_above(area)
    return Before(area, now + daily) if above is None else Before(above, now + clock)
