"""Waiting for a review: reminders, and what the resident's silence does in the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from services.intake.models import Call, Order
from services.intake.policies.reminding import NotYetLapsed, after_reminder, check_lapsed, first_reminder, is_last
from services.intake.repository import Unit
from services.intake.use_cases.calling import Calling
from services.intake.use_cases.changing import close, tell
from shared.community.definition import Community
from shared.contracts.intake import ReviewReminded
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import NextStep, OrderState, Outcome


class Lapsing:
    """Reminds, and closes what nobody answered, under the rules of one community."""

    def __init__(self, rules: Community, calling: Calling) -> None:
        self._clocks = rules.clocks
        self._calling = calling

    def await_review(self, uow: Unit, order: Order, calls: list[Call], done_at: datetime) -> None:
        """An order is done: its resident is reminded, or called if they read no messages."""
        if order.call_only:
            self._calling.ask(uow, order, calls)
        else:
            order.await_review(first_reminder(self._clocks, done_at))

    async def remind_residents(self, uow: Unit, order_ids: Sequence[str]) -> list[Order | Refusal]:
        """Remind of the review. One that was given meanwhile, or is not due yet, is refused with ``NotYetLapsed``."""
        return await self._each(uow, order_ids, self._remind)

    async def lapse_reviews(self, uow: Unit, order_ids: Sequence[str]) -> list[Order | Refusal]:
        """Close served orders whose resident did not answer in time and was reminded, as ``no_reply``.

        Refusals: ``OrderNotOpen``, ``NotYetDone`` for one that was reviewed meanwhile, ``NotYetLapsed``.
        """
        return await self._each(uow, order_ids, self._lapse)

    async def _each(
        self, uow: Unit, order_ids: Sequence[str], act: Callable[[Unit, Order, list[Call]], None]
    ) -> list[Order | Refusal]:
        orders = await uow.repository.orders(order_ids)
        called = [order_id for order_id, order in orders.items() if order.call_only]
        calls = await uow.repository.calls_of(called) if called else {}
        answers: list[Order | Refusal] = []
        for order_id in order_ids:
            order = orders.get(order_id)
            try:
                if order is None:
                    raise NotFound
                act(uow, order, calls.get(order_id, []))
            except Refusal as refusal:
                answers.append(refusal)
            else:
                answers.append(order)
        return answers

    def _remind(self, uow: Unit, order: Order, calls: list[Call]) -> None:
        planned = order.remind_at
        if planned is None or uow.now < planned or order.state != OrderState.DONE.value:
            raise NotYetLapsed
        if order.call_only:  # done before anybody was called about reviews
            self._calling.ask(uow, order, calls)
            return
        nth = order.reminded + 1
        following = after_reminder(self._clocks, nth, planned, uow.now)
        order.remind(None if is_last(self._clocks, nth) else following, not_before=following)
        reminded = ReviewReminded(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            nth=nth,
            due_at=order.due_at or following,
            reminded_at=uow.now,
        )
        tell(uow, order, reminded, None)

    def _lapse(self, uow: Unit, order: Order, _calls: list[Call]) -> None:
        check_lapsed(
            self._clocks,
            OrderState(order.state),
            NextStep(order.next_step),
            order.due_at,
            order.reminded,
            uow.now,
        )
        if order.call_only:
            raise NotYetLapsed
        close(uow, order, Outcome.NO_REPLY, None)
