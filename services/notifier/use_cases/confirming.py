"""Hearing: every fact is indexed, and confirmed once to each person concerned, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from services.notifier.commands import Recipient
from services.notifier.models import AT_ONCE, LETTERBOX, DeliveryState, FollowedOrder, Matter
from services.notifier.policies.channels import FIRST
from services.notifier.policies.confirmations import Intent, confirmations
from services.notifier.policies.matters import COUNTED
from services.notifier.policies.planned import CHANGES, Plan, Wait, plans
from services.notifier.repository import Unit
from shared.contracts.envelope import Event, Fact, OrderEvent
from shared.contracts.intake import OrderPlaced
from shared.contracts.refusal import Refusal, TooEarly

EVENTS = "events"
"""The topic of whoever watches the index of events."""

DELIVERIES = "deliveries"
"""The topic that says: there is something to deliver."""

PLANNED = "planned"
"""The topic that says: there is something whose time will come."""

Answers = list[Refusal | None]

_WAYS = (LETTERBOX, FIRST)


class ToGive(NamedTuple):
    """A message with the order it is about, and the trace of what it tells of."""

    order_id: str
    intent: Intent
    traceparent: str = ""


def letterbox_topic(recipient: Recipient) -> str:
    """The topic of whoever watches a recipient's letterbox."""
    return f"letterbox:{recipient.role.value}:{recipient.id}"


async def confirm_steps(uow: Unit, facts: Sequence[Fact[OrderEvent]]) -> Answers:
    """Hear facts about orders; those that are known already change nothing.

    Refusals: ``TooEarly`` for a fact whose predecessor, order or leg has not arrived.
    """
    orders = await _orders(uow, facts)
    answers: Answers = []
    heard: list[Fact[OrderEvent]] = []
    counted: list[OrderEvent] = []
    moved: set[str] = set()
    intents: list[ToGive] = []
    for fact in facts:
        event, order = fact.event, orders.get(fact.event.order_id)
        if order is None or order.builds_on_more(event):
            answers.append(TooEarly())
            continue
        heard.append(fact)
        answers.append(None)
        if event.version == order.last_heard(event) + 1:
            concerned = order.hear(event)
            intents += (ToGive(order.order_id, one, fact.traceparent) for one in confirmations(event, concerned))
            counted.append(event)
            moved |= {order.order_id} if type(event) in CHANGES else set()
    await _index(uow, heard)
    await _count(uow, [event for event in counted if type(event) in COUNTED])
    await give_notice(uow, intents)
    await _plan(uow, [orders[order_id] for order_id in sorted(moved)])
    return answers


async def index_events(uow: Unit, facts: Sequence[Fact[Event]]) -> Answers:
    """Hear facts that are confirmed to nobody."""
    await _index(uow, facts)
    return [None for _ in facts]


async def _orders(uow: Unit, facts: Sequence[Fact[OrderEvent]]) -> dict[str, FollowedOrder]:
    orders = await uow.repository.orders({fact.event.order_id for fact in facts})
    fresh = [
        FollowedOrder.placed(fact.event)
        for fact in facts
        if isinstance(fact.event, OrderPlaced) and fact.event.order_id not in orders
    ]
    fresh = list({order.order_id: order for order in fresh}.values())
    await uow.repository.add_orders(fresh)
    return orders | {order.order_id: order for order in fresh}


async def _count(uow: Unit, events: Sequence[OrderEvent]) -> None:
    """What the public board counts follows in the same transaction."""
    fresh = {event.order_id: Matter.placed(event) for event in events if isinstance(event, OrderPlaced)}
    known = await uow.repository.matters({event.order_id for event in events} - fresh.keys())
    await uow.repository.add_matters(list(fresh.values()))
    matters = {**known, **fresh}
    for event in events:
        if event.order_id in matters:  # not one from before the board was counted
            matters[event.order_id].hear(event)


async def _plan(uow: Unit, orders: Sequence[FollowedOrder]) -> None:
    """What time calls for follows who is involved: what is not due any more goes, what is new comes."""
    there = await uow.repository.planned({order.order_id for order in orders})
    fresh: list[dict[str, Any]] = []
    for order in orders:
        known = {one.key: one for one in there.get(order.order_id, ())}
        wanted = {one.key: one for one in plans(order.order_id, order.involvement)}
        await uow.repository.drop_planned([one for key, one in known.items() if key not in wanted])
        fresh += (
            _planned(uow, order.order_id, one)
            for key, one in wanted.items()
            if key not in known and (one.wait is not Wait.NONE or one.due_at > uow.now)
        )
    await uow.repository.add_planned(fresh)
    if fresh:
        uow.announce(PLANNED)


def _planned(uow: Unit, order_id: str, plan: Plan) -> dict[str, Any]:
    return {
        "planned_id": uow.new_id(),
        "order_id": order_id,
        "kind": plan.kind,
        "version": plan.version,
        "recipient_role": plan.role.value,
        "recipient_id": plan.recipient,
        "assignment_id": plan.assignment_id,
        "due_at": plan.due_at,
        "wait": plan.wait.value,
    }


async def _index(uow: Unit, facts: Iterable[Fact[Event]]) -> None:
    rows = [_indexed(fact) for fact in facts]
    await uow.repository.add_events(rows)
    if rows:
        uow.announce(EVENTS)


def _indexed(fact: Fact[Event]) -> dict[str, Any]:
    event = fact.event
    return {
        "event_id": fact.event_id,
        "type": event.type(),
        "subject": event.subject,
        "publisher": event.publisher,
        "name": event.name,
        "major": event.major,
        "community": event.community,
        "about": event.about,
        "version": getattr(event, "version", None),
        "time": fact.time,
        "traceparent": fact.traceparent,
        "body": event.model_dump_json(),
    }


async def give_notice(uow: Unit, intents: Sequence[ToGive]) -> None:
    """Each message to its recipient; nobody gets the same one twice."""
    notices = [_notice(uow, one) for one in intents]
    made = await uow.repository.add_notices(notices)
    fresh = [notice["notice_id"] for notice in notices if notice["notice_id"] in made]
    await uow.repository.add_deliveries([_delivery(uow, one, channel) for one in fresh for channel in _WAYS])
    if fresh:
        uow.announce(DELIVERIES)
        uow.announce(*{letterbox_topic(Recipient(one.intent.role, one.intent.recipient)) for one in intents})


def _notice(uow: Unit, one: ToGive) -> dict[str, Any]:
    intent = one.intent
    return {
        "notice_id": uow.new_id(),
        "order_id": one.order_id,
        "kind": intent.kind,
        "version": intent.version,
        "recipient_role": intent.role.value,
        "recipient_id": intent.recipient,
        "offer_id": intent.offer_id,
        "assignment_id": intent.assignment_id,
        "made_at": uow.now,
        "amount": intent.amount,
        "late": intent.late,
        "traceparent": one.traceparent,
    }


def _delivery(uow: Unit, notice_id: str, channel: str) -> dict[str, Any]:
    """A letterbox has it at once; every other channel is a later step, from this row."""
    there = channel == LETTERBOX
    return {
        "delivery_id": uow.new_id(),
        "notice_id": notice_id,
        "channel": channel,
        "state": (DeliveryState.DELIVERED if there else DeliveryState.WAITING).value,
        "attempts": 1 if there else 0,
        "next_attempt_at": None if there else AT_ONCE,
        "delivered_at": uow.now if there else None,
    }
