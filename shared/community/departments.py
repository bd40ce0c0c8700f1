"""Who serves a leg that no volunteer does (mission.md, "department" and "staff"): departments, property firms and
merchants, chosen by name; and the counters of the communities, whose staff serve window services and errands.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.community.areas import AreaTree
from shared.community.hours import WeekHours
from shared.community.text import Code, Text


class DepartmentKind(StrEnum):
    """What kind of holder it is; but for ``counter``, the words of ``ServedBy``."""

    DEPARTMENT = "department"
    PROPERTY = "property"
    MERCHANT = "merchant"
    COUNTER = "counter"


class Department(BaseModel):
    """An outside holder, or a counter. ``areas``: the areas it answers for, each with all below it; none: the whole
    definition.

    ``clock_minutes``: its time to serve, in the hours of the order's urgency; without one it has a tier's time.
    ``hours``: when it is open, given exactly for a counter. ``appointments``: so many it proposes at a time to whoever
    has to come in person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: Text
    kind: DepartmentKind
    areas: tuple[Code, ...] = ()
    clock_minutes: int | None = Field(default=None, ge=1)
    hours: WeekHours | None = None
    appointments: int = Field(default=5, ge=1, le=20)

    @model_validator(mode="after")
    def _opens_if_it_is_a_counter(self) -> Self:
        if (self.hours is not None) != self.is_counter:
            raise ValueError("hours must be given exactly for a counter")
        if self.hours is not None and not len(self.hours):
            raise ValueError("a counter must open at some hour")
        return self

    @property
    def is_counter(self) -> bool:
        """Whether it is a counter of the community's own staff."""
        return self.kind is DepartmentKind.COUNTER

    @property
    def clock(self) -> timedelta | None:
        """Its own time to serve, if it has one."""
        return timedelta(minutes=self.clock_minutes) if self.clock_minutes else None

    def answers_for(self, areas: AreaTree, area: str) -> bool:
        """Whether what lies in an area can be referred to it."""
        return not self.areas or any(areas.at_or_below(area, top) for top in self.areas)
