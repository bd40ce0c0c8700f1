"""Who outside serves a leg (mission.md, "department"): departments, property firms and merchants, chosen by name."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.community.areas import AreaTree
from shared.community.text import Code, Text


class DepartmentKind(StrEnum):
    """What kind of outside holder it is; the words of ``ServedBy``."""

    DEPARTMENT = "department"
    PROPERTY = "property"
    MERCHANT = "merchant"


class Department(BaseModel):
    """An outside holder. ``areas``: the areas it answers for, each with all below it; none: the whole definition.

    ``clock_minutes``: its time to serve, in the hours of the order's urgency; without one it has a tier's time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: Text
    kind: DepartmentKind
    areas: tuple[Code, ...] = ()
    clock_minutes: int | None = Field(default=None, ge=1)

    @property
    def clock(self) -> timedelta | None:
        """Its own time to serve, if it has one."""
        return timedelta(minutes=self.clock_minutes) if self.clock_minutes else None

    def answers_for(self, areas: AreaTree, area: str) -> bool:
        """Whether what lies in an area can be referred to it."""
        return not self.areas or any(areas.at_or_below(area, top) for top in self.areas)
