"""Who holds the posts of a service in a place, and in which parts of the week nobody of them is free."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from services.matcher.policies.chance import HOURS_OF_A_PART
from services.matcher.policies.records import week_of
from services.matcher.policies.register import Register
from shared.community.hours import WeekHours

DAY = range(2, 5)
"""The parts of the day in which services are asked for: from 8 to 20."""
WORKING_DAYS, WEEKEND = range(5), range(5, 7)


class PartOfWeek(StrEnum):
    """Some hours of some days."""

    WORKDAY_MORNING = "workday_morning"
    WORKDAY_AFTERNOON = "workday_afternoon"
    WORKDAY_EVENING = "workday_evening"
    WEEKEND_MORNING = "weekend_morning"
    WEEKEND_AFTERNOON = "weekend_afternoon"
    WEEKEND_EVENING = "weekend_evening"


_PARTS = dict(zip(PartOfWeek, [(days, part) for days in (WORKING_DAYS, WEEKEND) for part in DAY], strict=True))


@dataclass(frozen=True)
class Covered:
    """How many hold a post of a service, and when in the week none of them has an hour."""

    holders: int
    missing: tuple[PartOfWeek, ...]

    @property
    def whole(self) -> bool:
        """Somebody is there at any part of the week."""
        return self.holders > 0 and not self.missing


def covered(register: Register, posts: Collection[str] | None, area: str, *, vetted: bool) -> Covered:
    """How a service is covered: by the holders of these posts (``vetted``: those who were vetted), or, where anybody
    may serve (None), by who lives in the area.
    """
    rows = register.holders(posts, vetted=vetted) if posts is not None else register.living_in(area)
    return Covered(len(rows), missing(week_of(register.records[rows])) if len(rows) else ())


def missing(week: WeekHours) -> tuple[PartOfWeek, ...]:
    """The parts of the week without a free hour."""
    free = set(week)
    return tuple(part for part, (days, nth) in _PARTS.items() if not free & _hours(days, nth))


def _hours(days: range, part: int) -> set[int]:
    return {24 * day + hour for day in days for hour in range(part * HOURS_OF_A_PART, (part + 1) * HOURS_OF_A_PART)}
