"""Following the dispatch: matcher's facts move the order, each once and in their order."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from services.intake.models import Leg, Order
from services.intake.policies.lifecycle import FINAL, STATE_AFTER
from services.intake.repository import Unit
from services.intake.use_cases.timeline import MATCHER, entry
from shared.contracts.envelope import Fact
from shared.contracts.matcher import DispatchEvent
from shared.contracts.refusal import Refusal, TooEarly
from shared.contracts.words import OrderState, Role

log = structlog.get_logger()

_BY = {
    "leg_assigned": Role.VOLUNTEER,
    "leg_started": Role.VOLUNTEER,
    "leg_completed": Role.VOLUNTEER,
    "leg_handed_back": Role.VOLUNTEER,
    "offer_declined": Role.VOLUNTEER,
    "order_done": Role.VOLUNTEER,
}


async def follow_dispatch(uow: Unit, facts: Sequence[Fact[DispatchEvent]]) -> list[Refusal | None]:
    """Apply matcher's facts; those that are known already change nothing.

    Refusals: ``TooEarly`` for a fact whose predecessor has not arrived.
    """
    ids = {fact.event.order_id for fact in facts}
    orders, legs = await uow.repository.orders(ids), await uow.repository.legs_of(ids)
    answers: list[Refusal | None] = []
    for fact in facts:
        order = orders.get(fact.event.order_id)
        if order is None or fact.event.version > order.dispatch_version + 1:
            answers.append(TooEarly())
            continue
        if fact.event.version == order.dispatch_version + 1:
            _follow(uow, order, legs[order.order_id], fact.event)
        answers.append(None)
    return answers


def _follow(uow: Unit, order: Order, legs: Sequence[Leg], event: DispatchEvent) -> None:
    order.dispatch_version = event.version
    applied = _apply(order, event)
    if applied:
        order.hand_to(event.holder, event.due_at, event.next_step, uow.now)
        for leg in legs:
            if leg.leg_id == getattr(event, "leg_id", None):
                leg.state = OrderState.DONE.value if event.name == "leg_completed" else order.state
    else:
        log.info("fact.recorded_only", order_id=order.order_id, fact=event.name, state=order.state)
    by = _BY.get(event.name, Role.COORDINATOR)
    uow.repository.add(
        entry(order, event.name, source=MATCHER, version=event.version, at=event.at, by=by, applied=applied)
    )
    uow.announce(order.order_id)


def _apply(order: Order, event: DispatchEvent) -> bool:
    """Whether the fact moved (or legally kept) the order; what comes after its end is only recorded."""
    state = OrderState(order.state)
    if state in FINAL:
        return False
    following = STATE_AFTER[event.name]
    return order.become(following) if following is not None else True
