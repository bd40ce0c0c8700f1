"""What the three databases hold, and what must be true of it, said once more in the plainest way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from services.intake import models as intake
from services.matcher import models as matcher
from shared.persistence.engine import Database
from tests.integration.together.trio import Trio

ENDED = {"closed", "cancelled", "merged"}
LEGAL: Mapping[tuple[str, str], set[str]] = {
    ("placed", "coordinator"): {"offer", "call_up"},
    ("offered", "coordinator"): {"offer", "accept", "call_up"},
    ("assigned", "volunteer"): {"start"},
    ("under_way", "volunteer"): {"complete"},
    ("under_way", "coordinator"): {"complete"},
    ("escalated", "coordinator"): {"decide"},
    ("escalated", "department"): {"complete"},
    ("done", "resident"): {"review"},
    ("done", "coordinator"): {"call"},
}
"""Who may hold an order in which state, and what they may have to do next (mission.md, "The life of an order")."""


@dataclass(frozen=True)
class Seen:
    """Every row that matters, at one moment; incidents, questions and calls are those that wait for an answer."""

    orders: Mapping[str, Any]
    dispatches: Mapping[str, Any]
    legs: Mapping[str, Any]
    offers: Mapping[str, Any]
    assignments: Mapping[str, Any]
    referrals: Mapping[str, Any]
    incidents: Mapping[str, Any]
    residents: Mapping[str, Any]
    extensions: Mapping[str, Any]
    closings: Mapping[str, Any]
    proposed: Mapping[str, Any]
    calls: Mapping[str, Any]


async def see(trio: Trio) -> Seen:
    """The rows as they are."""
    databases = trio.databases
    return Seen(
        await _rows(databases.intake, intake.Order, "order_id"),
        await _rows(databases.matcher, matcher.Dispatch, "order_id"),
        await _rows(databases.matcher, matcher.Leg, "leg_id"),
        await _rows(databases.matcher, matcher.Offer, "offer_id"),
        await _rows(databases.matcher, matcher.Assignment, "assignment_id"),
        await _rows(databases.matcher, matcher.Referral, "referral_id"),
        await _rows(databases.matcher, matcher.Incident, "incident_id", answered_at=None),
        await _rows(databases.intake, intake.Resident, "resident_id"),
        await _rows(databases.intake, intake.Extension, "extension_id", accepted=None),
        await _rows(databases.intake, intake.Closing, "closing_id", accepted=None),
        await _rows(databases.intake, intake.ProposedTime, "offer_id", accepted=None),
        await _rows(databases.intake, intake.Call, "call_id", ended_at=None),
    )


async def _rows(database: Database, model: Any, key: str, **of: Any) -> dict[str, Any]:
    async with database.reading() as session:
        return {getattr(row, key): row for row in await session.scalars(select(model).filter_by(**of))}


def check_held(orders: Mapping[str, Any], now: datetime) -> None:
    """Every open order (or dispatch) has one holder, one due time or an overdue flag, and a legal next step.

    What is due at this very moment is the clocks' to move with their next sweep.
    """
    for one in orders.values():
        told = f"{type(one).__name__} {one.reference} is {one.state}, held by {one.holder_role}, next {one.next_step}"
        if one.state in ENDED:
            assert (None, "none") == (one.holder_role, one.next_step), told
            continue
        assert one.next_step in LEGAL.get((one.state, one.holder_role), set()), told
        assert one.due_at is not None, told
        if one.state == "done" and isinstance(one, matcher.Dispatch):
            continue  # the review is on intake's clock
        assert one.due_at > now or one.overdue_since is not None, f"{told}, due {one.due_at}, now {now}"
        who = one.holder_area if one.holder_role == "coordinator" else one.holder_id
        assert who or one.holder_role == "resident", f"{told}, by nobody"


def check_agreed(seen: Seen) -> None:
    """After quiet both services say the same of every order; the review is intake's own business."""
    assert seen.orders.keys() == seen.dispatches.keys()
    for order_id, order in seen.orders.items():
        dispatch = seen.dispatches[order_id]
        assert order.state == dispatch.state, f"{order.reference}: {order.state} and {dispatch.state}"
        if order.state not in {*ENDED, "done"}:
            assert _standing(order) == _standing(dispatch), order.reference


def _standing(one: Any) -> tuple[Any, ...]:
    return (
        one.holder_role,
        one.holder_area,
        one.holder_id,
        one.due_at,
        one.next_step,
        one.overdue_since is None,
    )


RESIDENT_IS_TOLD = {
    "order_placed",
    "order_cancelled",
    "order_reopened",
    "order_closed",
    "offer_countered",
    "leg_assigned",
    "leg_handed_back",
    "leg_taken",
    "order_escalated",
    "order_referred",
    "order_released",
    "extension_asked",
    "order_extended",
    "errand_advanced",
    "closing_proposed",
    "review_reminded",
    "order_merged",
    "order_done",
}
"""Written down a second time: what a resident is told of their order."""

TOLD_AS = {
    "turned_away": "order_closed",
    "leg_joined": "leg_assigned",
    "order_overdue": "order_escalated",
    "order_split": "order_placed",
    "papers_received": "errand_advanced",
    "in_progress": "errand_advanced",
    "ready_to_collect": "errand_advanced",
}
"""Notices in words of their own, and the fact they tell of."""


async def check_told(trio: Trio) -> None:
    """Whoever ordered has one notice for each fact they are told of, and nobody has any notice twice."""
    facts: Counter[tuple[str, str, int]] = Counter()
    for service, model in (("intake", intake.Outbox), ("matcher", matcher.Outbox)):
        for row in (await _rows(trio.databases.named()[service], model, "event_id")).values():
            name = row.type.split(".")[2]
            if name in RESIDENT_IS_TOLD:
                facts[row.about, name, row.version] += 1
    from services.notifier.models import Notice  # noqa: PLC0415 - keeps the three services' names apart

    notices = (await _rows(trio.databases.notifier, Notice, "notice_id")).values()
    doubled = Counter((n.order_id, n.kind, n.version, n.recipient_role, n.recipient_id) for n in notices)
    twice = [key for key, count in doubled.items() if count > 1]
    assert not twice, f"told twice: {twice}"
    told = Counter(
        (n.order_id, TOLD_AS.get(n.kind, n.kind), n.version)
        for n in notices
        if n.recipient_role == "resident" and n.recipient_id == n.order_id
    )
    untold = [fact for fact in facts if told[fact] != 1]
    assert not untold, f"not told once: {untold}"
