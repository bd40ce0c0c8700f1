"""What a day's notices come to: figures, and what must never be."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import mean

from sqlalchemy import text

from services.notifier.policies.manners import Manner, manner_of
from services.notifier.settings import NotifierSettings
from shared.community.definition import Community
from shared.contracts.words import Role, Urgency
from shared.persistence.engine import Database
from tests.noticing.day import Day

LETTERBOX = "letterbox"


@dataclass(frozen=True)
class Figures:
    """Counts of one day and its night. ``rung_in_quiet``: messages in quiet hours to somebody who had not agreed, or
    with nothing urgent in them; ``doubled``: messages that somebody has twice; ``undelivered``: notices that never
    left; ``in_letterbox_alone``: those of offices that nobody holds and no address is known of.
    """

    orders: int
    intents: int
    doubled_intents: int
    deliveries: dict[str, int]
    messages: int
    asked_again: int
    notices_per_order: float
    messages_per_order: float
    most_messages_per_order: int
    notices_per_volunteer_day: float
    messages_per_volunteer_day: float
    most_messages_per_volunteer_day: int
    rung_in_quiet: int
    rung_in_quiet_urgent: int
    doubled: int
    undelivered: int
    in_letterbox_alone: int
    while_away: int

    @property
    def holds(self) -> bool:
        """Whether nothing happened that must never."""
        return not (self.rung_in_quiet or self.doubled or self.doubled_intents or self.undelivered or self.while_away)


async def figures_of(day: Day, settings: NotifierSettings, rules: Community) -> Figures:
    """Count a day."""
    database = Database(settings.database_url, pool=1)
    try:
        async with database.reading() as session:
            sql = text(
                "SELECT n.kind, n.recipient_role, n.recipient_id, n.order_id, n.version, d.state, d.message_id,"
                " d.delivered_at, o.involved FROM notices n JOIN deliveries d ON d.notice_id = n.notice_id"
                " AND d.channel <> 'letterbox' JOIN orders o ON o.order_id = n.order_id"
            )
            rows = (await session.execute(sql)).all()
            wishes = {
                (role, who): json.loads(told)
                for role, who, told in await session.execute(
                    text("SELECT recipient_role, recipient_id, wishes FROM preferences")
                )
            }
            orders = await session.scalar(text("SELECT count(*) FROM orders WHERE order_id <> 'none'")) or 0
    finally:
        await database.close()
    seen: dict[str, datetime] = {}
    for at, one in day.rung:
        seen.setdefault(one.headers["idempotency-key"], at)
    by_message: dict[str, list[tuple[str, str, str, str]]] = {}
    for kind, role, who, _, _, _, message_id, _, involved in rows:
        if message_id is not None:
            urgency = json.loads(involved).get("urgency")
            by_message.setdefault(message_id, []).append((kind, role, who, urgency or ""))
    quiet = [message for message, at in seen.items() if _is_quiet(at, settings, rules)]
    allowed = [one for one in quiet if _may_ring(by_message[one], wishes)]
    keys = [one.headers["idempotency-key"] for _, one in day.rung]
    intents = Counter((row.kind, row.recipient_role, row.recipient_id, row.order_id, row.version) for row in rows)
    residents = Counter(row.order_id for row in rows if row.recipient_role == Role.RESIDENT)
    volunteers = Counter(row.recipient_id for row in rows if row.recipient_role == Role.VOLUNTEER)
    to_order = Counter(
        who for told in by_message.values() for role, who in {(one[1], one[2]) for one in told} if role == Role.RESIDENT
    )
    to_volunteer = Counter(
        (who, at.astimezone(rules.zone).date())
        for message, at in seen.items()
        for role, who in {(one[1], one[2]) for one in by_message[message]}
        if role == Role.VOLUNTEER
    )
    away = day.plan.begin.timestamp() + day.plan.away_from * 3600
    return Figures(
        orders=orders,
        intents=len(rows),
        doubled_intents=sum(count - 1 for count in intents.values()),
        deliveries=dict(sorted(Counter(row.state for row in rows).items())),
        messages=len(seen),
        asked_again=len(keys) - len(seen),
        notices_per_order=_mean(list(residents.values())),
        messages_per_order=_mean(list(to_order.values())),
        most_messages_per_order=max(to_order.values(), default=0),
        notices_per_volunteer_day=_mean(list(volunteers.values())),
        messages_per_volunteer_day=_mean(list(to_volunteer.values())),
        most_messages_per_volunteer_day=max(to_volunteer.values(), default=0),
        rung_in_quiet=len(quiet) - len(allowed),
        rung_in_quiet_urgent=len(allowed),
        doubled=len(_twice(day)),
        undelivered=sum(row.state not in {"delivered", "unwanted", "unknown"} for row in rows),
        in_letterbox_alone=sum(row.state == "unknown" for row in rows),
        while_away=sum(away <= at.timestamp() < away + day.plan.away_hours * 3600 for at in seen.values()),
    )


def _is_quiet(at: datetime, settings: NotifierSettings, rules: Community) -> bool:
    local = at.astimezone(rules.zone).time()
    return local >= settings.quiet_from or local < settings.quiet_until


def _may_ring(told: Sequence[tuple[str, str, str, str]], wishes: dict[tuple[str, str], dict[str, object]]) -> bool:
    """Whether somebody agreed to be woken, and something in the message is urgent."""
    _, role, who, _ = told[0]
    agreed = bool(wishes.get((role, who), {}).get("urgent_at_night"))
    urgent = any(
        manner_of(kind, Role(whose), Urgency(how) if how else None) is Manner.URGENT for kind, whose, _, how in told
    )
    return agreed and urgent


def _twice(day: Day) -> list[tuple[str, str]]:
    """Texts that came to one phone twice under different ids."""
    texts: dict[tuple[str, str], set[str]] = {}
    for _, one in day.rung:
        told = one.json
        texts.setdefault((told["to"], told["text"]), set()).add(told["id"])
    return [key for key, ids in texts.items() if len(ids) > 1]


def _mean(counts: Sequence[int]) -> float:
    return round(mean(counts), 2) if counts else 0.0
