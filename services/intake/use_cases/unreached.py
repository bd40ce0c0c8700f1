"""Residents whom a notice did not reach over any channel: somebody calls them (docs/operations.md).

Who has to say how it went is asked by voice then: an order is closed without its resident's word only after reminders,
or after three calls and a visit (mission.md), and a reminder that did not arrive is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.intake.models import Call, Order, Resident
from services.intake.policies.calling import news_of
from services.intake.policies.lifecycle import FINAL
from services.intake.repository import Unit
from services.intake.use_cases.calling import Calling
from shared.contracts.envelope import Fact
from shared.contracts.notifier import NoticeFailed
from shared.contracts.refusal import Refusal
from shared.contracts.words import OrderState, Role


class Unreached:
    """Puts residents on the call list."""

    def __init__(self, calling: Calling) -> None:
        self._calling = calling

    async def call_unreached(self, uow: Unit, facts: Sequence[Fact[NoticeFailed]]) -> list[Refusal | None]:
        """Have residents called whom nothing reached; notices to others, or that another channel takes over, change
        nothing, nor do those about orders that have ended.
        """
        ids = {fact.event.order_id for fact in facts if _is_ours(fact.event)}
        orders = await uow.repository.orders(ids) if ids else {}
        calls = await uow.repository.calls_of(ids) if ids else {}
        residents = await uow.repository.residents_of(ids) if ids else {}
        for fact in facts:
            order = orders.get(fact.event.order_id) if _is_ours(fact.event) else None
            if order is not None:
                self._call(uow, order, calls[order.order_id], residents[order.order_id], fact.event)
        return [None for _ in facts]

    def _call(
        self, uow: Unit, order: Order, calls: list[Call], residents: Sequence[Resident], event: NoticeFailed
    ) -> None:
        state, owner = OrderState(order.state), event.recipient_id == order.order_id
        there = [one.resident_id for one in residents if one.left_at is None]
        if state in FINAL or not (order.owner_left_at is None if owner else event.recipient_id in there):
            return
        if state is not OrderState.DONE:
            who = None if owner else event.recipient_id
            self._calling.tell_news(uow, order, calls, news_of(event.kind), who)
        elif owner and not any(call.is_open and call.is_review and call.round == order.round for call in calls):
            self._calling.ask(uow, order, calls)


def _is_ours(event: NoticeFailed) -> bool:
    return event.unreached and event.recipient_role is Role.RESIDENT
