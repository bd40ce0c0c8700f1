"""When a leg may be referred to an outside holder, and how a referral ends; never by a person's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from services.matcher.policies.ladder import Cause
from shared.community.definition import Community
from shared.community.departments import Department
from shared.community.due import after, tier_due
from shared.contracts.refusal import Conflict, FieldError, Invalid
from shared.contracts.words import Urgency

SYSTEM = "system"
"""Who referred a leg that the catalogue itself gives to a department."""


class ReferralEnding(StrEnum):
    """How a referral ended. ``overdue``: its clock ran out; ``withdrawn``: nobody is needed any more."""

    RESOLVED = "resolved"
    HANDED_BACK = "handed_back"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"


ENDING_BY_CAUSE: Mapping[Cause, ReferralEnding] = {
    Cause.RETURNED: ReferralEnding.HANDED_BACK,
    Cause.CLOCK: ReferralEnding.OVERDUE,
    Cause.OVERDUE: ReferralEnding.OVERDUE,
}


class HeldByDepartment(Conflict):
    """A coordinator decides about what is on their desk; a department holds this one."""

    title = "A department holds this at the moment"


class ReferralOver(Conflict):
    """The department served it, handed it back, or its time ran out."""

    title = "This is no longer with you"


class DepartmentUnknown(Invalid):
    """There is no such department, or it does not answer for the order's area."""

    title = "This department does not answer for this area"


class LegUnclear(Invalid):
    """A further leg is for a post or for a department: for one of them."""

    title = "Please choose a post or a department"


def department_for(rules: Community, code: str, grid: str) -> Department:
    """An outside holder that answers for a grid. Raises ``DepartmentUnknown``."""
    department = rules.departments_by_code.get(code)
    if department is None or not department.answers_for(rules.areas, grid):
        raise DepartmentUnknown(errors=[FieldError("/department", DepartmentUnknown.title)])
    return department


def referral_due(rules: Community, department: Department, urgency: Urgency, now: datetime) -> datetime:
    """By when a department has to have served: its own clock, else the tier clock, in the hours of the urgency."""
    own: timedelta | None = department.clock
    if own is None:
        return tier_due(rules, urgency, now)
    return after(rules.local_time, now, own, rules.clocks.of(urgency).hours)
