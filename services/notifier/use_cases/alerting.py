"""What an audit alerts of reaches people: ops, and the coordinator above whoever did so much. Ids alone, and seldom.

A notice says where to look, never who it is about. It is about no order, so one row stands for none. Its version is
the stretch of wall time the alert fell into: whoever has had one in it gets no other, by the rule that makes every
notice unique, in however many processes that is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifier.commands import OPS_ON_DUTY, Recipient
from services.notifier.policies.confirmations import Intent
from services.notifier.policies.kinds import ALERTED
from services.notifier.repository import NO_ORDER, Unit
from services.notifier.use_cases.confirming import ToGive, give_notice
from shared.community.areas import AreaTree
from shared.contracts.refusal import Refusal
from shared.contracts.words import Role


@dataclass(frozen=True)
class Alert:
    """An audit alerted at ``at`` (wall time) of somebody in ``area``, or about an order there; empty: nobody knows
    where."""

    area: str
    at: datetime


class Alerting:
    """Gives notice of alerts. ``quiet``: nobody gets more than one in so much time."""

    def __init__(self, areas: AreaTree, quiet: timedelta) -> None:
        self._areas = areas
        self._quiet = quiet

    async def tell_of_alerts(self, uow: Unit, looks: Sequence[Sequence[Alert]]) -> list[Refusal | None]:
        """Have those concerned told what each look has found; what they were told of already changes nothing."""
        await uow.repository.stand_for_no_order()
        intents = {
            Intent(ALERTED, int(alert.at.timestamp() // self._quiet.total_seconds()), who.role, who.id): None
            for alerts in looks
            for alert in alerts
            for who in self._told(alert.area)
        }
        await give_notice(uow, [ToGive(NO_ORDER, intent) for intent in intents])
        return [None for _ in looks]

    def _told(self, area: str) -> list[Recipient]:
        above = self._areas.coordinator_area_above(area) if self._areas.knows(area) else None
        return [OPS_ON_DUTY, *([Recipient(Role.COORDINATOR, above)] if above else [])]
