"""A notifier that has heard a million events: orders over thirty days, with what each is known by."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from services.notifier.models import (
    BuriedLetter,
    Delivery,
    FollowedOrder,
    IndexedEvent,
    Matter,
    Notice,
    NotifierTable,
)
from shared.contracts.envelope import OrderEvent
from shared.persistence.engine import Database
from tests.unit.notifier.story import Story

SPREAD = timedelta(days=30)
OPEN_ONE_IN = 50
"""One order of so many is not closed yet."""
FAILED_ONE_IN = 500
LETTERS = 1000
AT_ONCE = 2000
"""Orders written in one transaction."""
TOLD = (("order_placed", "resident"), ("leg_assigned", "volunteer"), ("order_done", "resident"))
_ORDER, _REFERENCE = "0197-order", "PD-0001"


@dataclass(frozen=True)
class Filled:
    """What there is then: the first order's reference, and how many events."""

    reference: str
    events: int


async def fill(database: Database, events: int, now: datetime, told: Callable[[int], None]) -> Filled:
    """Write so many events and what belongs to them. ``told`` hears how many there are so far."""
    pattern = Story().whole()
    orders, reference, written = events // len(pattern), "", 0
    every = SPREAD / max(orders, 1)
    numbers = iter(range(orders))
    while piece := list(islice(numbers, AT_ONCE)):
        rows = [_of_order(number, pattern, now - SPREAD + number * every) for number in piece]
        reference = reference or rows[0].order["reference"]
        async with database.writing() as session:
            for table, written_there in (
                (FollowedOrder, [row.order for row in rows]),
                (Matter, [row.matter for row in rows]),
                (IndexedEvent, [one for row in rows for one in row.events]),
                (Notice, [one for row in rows for one in row.notices]),
                (Delivery, [one for row in rows for one in row.deliveries]),
            ):
                await session.execute(_into(table), written_there)
        written += len(rows) * len(pattern)
        told(written)
    async with database.writing() as session:
        await session.execute(_into(BuriedLetter), list(_letters(now)))
    return Filled(reference, written)


def _into(table: type[NotifierTable]) -> Any:
    return table.__table__.insert()  # type: ignore[attr-defined]  # a table's class


Rows = list[dict[str, Any]]


class OneOrder(NamedTuple):
    """The rows that one order leaves."""

    order: dict[str, Any]
    matter: dict[str, Any]
    events: Rows
    notices: Rows
    deliveries: Rows


def _of_order(number: int, pattern: Sequence[OrderEvent], at: datetime) -> OneOrder:
    order_id, is_open = str(uuid.uuid4()), number % OPEN_ONE_IN == 0
    reference, grid = f"PD-{number:08}", f"grid-{number % 200}"
    heard = pattern[:3] if is_open else pattern
    order = {
        "order_id": order_id,
        "reference": reference,
        "service": "homework",
        "community": f"community-{number % 40}",
        "grid": grid,
        "intake_version": 1 if is_open else 3,
        "dispatch_version": len(heard) - (1 if is_open else 3),
        "involved": "{}",
        "holder_role": "coordinator" if number % 4 == 0 else "volunteer",
        "holder_area": grid,
        "next_step": "decide" if is_open and number % 4 == 0 else "start",
        "due_at": at + timedelta(days=40) if number % 3 else at + timedelta(hours=2),
        "ended": not is_open,
    }
    matter = {
        **{name: order[name] for name in ("order_id", "community", "grid", "service")},
        "area": order["community"],
        "placed_at": at,
        "first_offered_at": at,
        "first_assigned_at": at,
        "taken_minutes": number % 90,
        "done_minutes": None if is_open else 60 + number % 600,
        "outcome": None if is_open else "fixed",
        "closed_at": None if is_open else at + timedelta(hours=5),
        "tiers": "grid" if number % 4 == 0 else "",
        "rounds": 1,
        "dones": 0 if is_open else 1,
        "verdicts": 0,
    }
    events = [_event(event, order, at + timedelta(minutes=place)) for place, event in enumerate(heard)]
    notices, deliveries = _notices(order, at, failed=number % FAILED_ONE_IN == 0)
    return OneOrder(order, matter, events, notices, deliveries)


def _event(event: OrderEvent, order: dict[str, Any], at: datetime) -> dict[str, Any]:
    body = event.model_dump_json().replace(_ORDER, order["order_id"]).replace(_REFERENCE, order["reference"])
    return {
        "event_id": str(uuid.uuid4()),
        "type": event.type(),
        "subject": f"{event.publisher}.{event.name}.v1.{order['community']}.{order['order_id']}",
        "publisher": event.publisher,
        "name": event.name,
        "major": event.major,
        "community": order["community"],
        "about": order["order_id"],
        "version": event.version,
        "time": at,
        "traceparent": "",
        "body": body.replace('"v-1"', f'"v-{int(order["reference"][3:]) % 2000}"'),
    }


def _notices(order: dict[str, Any], at: datetime, *, failed: bool) -> tuple[Rows, Rows]:
    notices: Rows = []
    deliveries: Rows = []
    for version, (kind, role) in enumerate(TOLD, 1):
        notice_id = str(uuid.uuid4())
        notices.append(
            {
                "notice_id": notice_id,
                "order_id": order["order_id"],
                "kind": kind,
                "version": version,
                "recipient_role": role,
                "recipient_id": order["order_id"] if role == "resident" else f"v-{version}",
                "made_at": at,
                "traceparent": "",
            }
        )
        for channel in ("letterbox", "sms"):
            waits = failed and channel == "sms"
            deliveries.append(
                {
                    "delivery_id": str(uuid.uuid4()),
                    "notice_id": notice_id,
                    "channel": channel,
                    "state": "waiting" if waits else "delivered",
                    "attempts": 1,
                    "next_attempt_at": at + timedelta(days=3650) if waits else None,
                    "error": "503" if waits else None,
                    "delivered_at": None if waits else at,
                }
            )
    return notices, deliveries


def _letters(now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(LETTERS):
        yield {
            "dead_letter_id": f"DEAD:{10**9 + number}",
            "subject": f"intake.order_placed.v1.community-1.o-{number}",
            "service": "matcher",
            "durable": "matcher_from_intake",
            "reason": "refused:Conflict",
            "attempts": 1,
            "stream": "INTAKE",
            "sequence": 10**9 + number,
            "headers": json.dumps({"ce-source": "/paidan/intake"}),
            "body": b"{}",
            "buried_at": now,
            "state": "discarded" if number % 10 else "dead",
            "settled_at": now if number % 10 else None,
            "settled_by": "ops" if number % 10 else None,
            "because": "filled" if number % 10 else None,
        }
