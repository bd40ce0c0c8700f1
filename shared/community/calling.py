"""How people who read no messages are reached: the clocks of calls and visits, and the parts of the day."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.community.local import LocalTime

_DAY = timedelta(days=1)


class CallClocks(BaseModel):
    """The clocks of calls and visits, in minutes of domain time.

    ``due``: a coordinator's time to make a call before it comes to the next one above; ``visit``: the same for a visit.
    ``pause``: from a call that nobody answered until the next may be made, in another part of the day. ``parts``: the
    local hours at which the parts of a day begin, ascending; the last one lasts until the first of the next day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    due_minutes: int = Field(default=24 * 60, ge=1)
    visit_minutes: int = Field(default=48 * 60, ge=1)
    pause_minutes: int = Field(default=3 * 60, ge=1)
    parts: tuple[int, ...] = Field(default=(8, 12, 18), min_length=1)

    @field_validator("parts")
    @classmethod
    def _run_through_a_day(cls, parts: tuple[int, ...]) -> tuple[int, ...]:
        if any(not 0 <= hour < 24 for hour in parts) or any(later <= earlier for earlier, later in pairwise(parts)):
            raise ValueError("the parts of a day begin at ascending hours from 0 to 23")
        return parts

    @property
    def due(self) -> timedelta:
        """A coordinator's time to make a call."""
        return timedelta(minutes=self.due_minutes)

    @property
    def visit(self) -> timedelta:
        """A coordinator's time to make a visit."""
        return timedelta(minutes=self.visit_minutes)

    def again(self, last: datetime, local: LocalTime) -> datetime:
        """From when on another call may be made after one at ``last``: once the pause is over, in another part of the
        day, unless a day has but one."""
        at = last + timedelta(minutes=self.pause_minutes)
        if len(self.parts) == 1 or self._part(at, local) != self._part(last, local):
            return at
        return self._next_part(at, local)

    def _part(self, at: datetime, local: LocalTime) -> int:
        """Which part of the day it is; before the first one of a day begins, the last one still lasts."""
        hour = local.local(at).hour
        return max((index for index, begins in enumerate(self.parts) if begins <= hour), default=len(self.parts) - 1)

    def _next_part(self, at: datetime, local: LocalTime) -> datetime:
        wall = local.local(at)
        midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
        begins = next((hour for hour in self.parts if hour > wall.hour), None)
        day, hour = (midnight, begins) if begins is not None else (midnight + _DAY, self.parts[0])
        return day.replace(hour=hour).astimezone(at.tzinfo)
