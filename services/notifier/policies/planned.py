"""Notices that time calls for: worked out anew from who is involved whenever that changes (mission.md, confirmations).

A volunteer is reminded a day and an hour before the time they agreed to, and hears that it was changed once it is clear
that they keep it. A resident hears that somebody is still being looked for, but only if it takes long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.notifier.policies.concerned import Serving
from services.notifier.policies.involvement import Involvement
from services.notifier.policies.kinds import REMINDER_DAY, REMINDER_HOUR, STILL_LOOKING
from shared.contracts import intake, matcher
from shared.contracts.envelope import OrderEvent
from shared.contracts.words import Role, Urgency

CHANGES: frozenset[type[OrderEvent]] = frozenset(
    {
        intake.OrderPlaced,
        intake.OrderAmended,
        intake.OrderCancelled,
        intake.OrderClosed,
        intake.OrderMerged,
        intake.OrderReopened,
        intake.ResidentLeft,
        matcher.LegAssigned,
        matcher.LegHandedBack,
        matcher.LegStarted,
        matcher.LegCompleted,
        matcher.LegTaken,
        matcher.OrderEscalated,
        matcher.OrderReferred,
    }
)
"""Facts after which other notices may be due."""

_REMINDED = ((REMINDER_DAY, timedelta(days=1)), (REMINDER_HOUR, timedelta(hours=1)))
AMENDED = intake.OrderAmended.name


class Wait(StrEnum):
    """For how long after its time a notice waits whether it is still needed; how long that is, is a setting."""

    NONE = "none"
    LOOKING = "looking"
    LOOKING_URGENT = "looking_urgent"
    KEPT = "kept"


@dataclass(frozen=True)
class Plan:
    """One notice to come, ``wait`` after ``due_at`` (domain time). Its version numbers the minute it tells of, or is
    that of the change.
    """

    kind: str
    version: int
    role: Role
    recipient: str
    due_at: datetime
    assignment_id: str | None = None
    wait: Wait = Wait.NONE

    @property
    def key(self) -> tuple[str, int, str, str]:
        """What is unique of it within its order."""
        return self.kind, self.version, self.role.value, self.recipient


def plans(order_id: str, involved: Involvement) -> Iterator[Plan]:
    """All notices that time calls for as an order stands, those whose time has passed included."""
    since = involved.looking_since
    if since is not None and involved.residents.owner_left_at is None:
        wait = Wait.LOOKING_URGENT if involved.urgency is Urgency.URGENT else Wait.LOOKING
        yield Plan(STILL_LOOKING, _minute(since), Role.RESIDENT, order_id, since, wait=wait)
    for one in involved.serving.values():
        yield from _to_server(one)


def _to_server(one: Serving) -> Iterator[Plan]:
    whom = Role.VOLUNTEER, one.volunteer_id
    if one.window is not None and not one.started:
        begin = one.window.from_
        for kind, before in _REMINDED:
            yield Plan(kind, _minute(begin), *whom, begin - before, one.assignment_id)
    if one.amended is not None:
        yield Plan(AMENDED, one.amended.version, *whom, one.amended.at, one.assignment_id, Wait.KEPT)


def _minute(at: datetime) -> int:
    return int(at.timestamp() // 60)
