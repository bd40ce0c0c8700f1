"""What matcher's facts mean for an honest end: who served, whom to call about it, when to remind of the review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.intake.models import Call, Order, Server
from services.intake.policies.calling import NEWS
from services.intake.policies.closing import stays_open
from services.intake.repository import Unit
from services.intake.use_cases.calling import Calling
from services.intake.use_cases.lapsing import Lapsing
from shared.contracts.envelope import Fact
from shared.contracts.matcher import DispatchEvent, LegAssigned, LegCompleted, OrderDone
from shared.contracts.words import NextStep


@dataclass
class Known:
    """What the orders of a list of facts have so far."""

    calls: dict[str, list[Call]] = field(default_factory=dict)
    servers: dict[str, set[str]] = field(default_factory=dict)


class Ending:
    """Follows orders towards their end."""

    def __init__(self, calling: Calling, lapsing: Lapsing) -> None:
        self._calling = calling
        self._lapsing = lapsing

    async def read(self, uow: Unit, orders: Iterable[Order], facts: Sequence[Fact[DispatchEvent]]) -> Known:
        """What has to be known of orders before their facts are followed; nothing for most facts."""
        called = [order.order_id for order in orders if order.call_only]
        served = {fact.event.order_id for fact in facts if isinstance(fact.event, LegCompleted)}
        return Known(
            await uow.repository.calls_of(called) if called else {},
            await uow.repository.servers_of(served) if served else {},
        )

    def follow(self, uow: Unit, order: Order, event: DispatchEvent, known: Known) -> None:
        """A fact has moved the order."""
        if not stays_open(event.holder):
            order.closing_id = None
        if isinstance(event, LegCompleted):
            self._note_server(uow, event, known.servers[order.order_id])
        elif isinstance(event, OrderDone):
            self._lapsing.await_review(uow, order, known.calls.get(order.order_id, []), event.at)
        elif order.call_only and _is_news(event):
            self._calling.tell_news(uow, order, known.calls[order.order_id], event.name)

    def _note_server(self, uow: Unit, event: LegCompleted, servers: set[str]) -> None:
        subject = event.volunteer_id or event.coordinator_id or event.department
        if subject is not None and subject not in servers:
            servers.add(subject)
            uow.repository.add(Server(order_id=event.order_id, subject=subject))


def _is_news(event: DispatchEvent) -> bool:
    """Somebody who joins a team that is not complete is no news yet."""
    return event.name in NEWS and not (isinstance(event, LegAssigned) and event.next_step is not NextStep.START)
