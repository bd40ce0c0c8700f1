"""When coordinators decide about what is on their desk, and what; and whom secretaries of units name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from deploy.simulate.behaviour import Assumptions
from deploy.simulate.dice import Dice
from shared.community.areas import COMMUNITY, GRID
from shared.community.definition import Community
from shared.contracts.words import Urgency

SATURDAY = 5
NEAR = frozenset({GRID, COMMUNITY})
"""Tiers whose coordinators live there, and decide in the evening and at the weekend as well."""


class Coordinators:
    """The coordinators and secretaries of one community."""

    def __init__(self, rules: Community, assumed: Assumptions, dice: Dice) -> None:
        self._rules = rules
        self._assumed = assumed
        self._dice = dice

    def decides_at(self, order: str, time: int, tier: str, urgency: Urgency, now: datetime) -> datetime:
        """When the coordinator decides, to whom the order has come for the ``time``-th time."""
        assumed = self._assumed
        takes = self._dice.minutes(assumed.deciding[urgency], assumed.deciding_spread, "decides", order, time)
        near = tier in NEAR
        return self.after(now, takes, assumed.desk_hours if near else assumed.office_hours, workdays=not near)

    def settles(self, order: str, time: int) -> bool:
        """Whether the coordinator settles it; else it is passed up."""
        return self._dice.share("settles", order, time) < self._assumed.settles

    def names_at(self, call_up: str, now: datetime) -> datetime | None:
        """When a unit's secretary names a member; None when they let the call-up pass."""
        assumed = self._assumed
        if self._dice.share("names", call_up) >= assumed.names_member:
            return None
        takes = self._dice.minutes(assumed.naming, 0.8, "naming", call_up)
        return self.after(now, takes, assumed.desk_hours, workdays=False)

    def named(self, call_up: str, members: Sequence[str]) -> str:
        """Which of the free members the secretary names."""
        return self._dice.about("named", call_up).choice(members)

    def after(self, now: datetime, takes: timedelta, hours: tuple[int, int], *, workdays: bool) -> datetime:
        """The instant at which so much time within these hours has passed."""
        day = self._rules.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
        while True:
            opens, closes = (day.replace(hour=hour) for hour in hours)
            begins = max(opens, now)
            if begins < closes and not (workdays and self._is_day_off(opens)):
                if takes <= closes - begins:
                    return begins + takes
                takes -= closes - begins
            day += timedelta(days=1)

    def _is_day_off(self, at: datetime) -> bool:
        row, _hour = self._rules.local_time.row_hour(at)
        return row >= SATURDAY
