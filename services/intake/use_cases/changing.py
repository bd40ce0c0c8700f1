"""What a resident does with an order: amend, cancel, review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from services.intake.commands import AmendOrder, CancelOrder, Command, ReviewOrder
from services.intake.models import Leg, Order, OrderReview, Resident
from services.intake.policies.acceptance import OrderInvalid, window_errors
from services.intake.policies.appointments import check_presence
from services.intake.policies.lifecycle import OrderNotOpen, check_open, check_reviewable, reopens
from services.intake.repository import Unit
from services.intake.use_cases.sequence import legs_again, placed_leg
from services.intake.use_cases.timeline import INTAKE, entry
from shared.community.definition import Community
from shared.community.due import dispatch_due
from shared.contracts.intake import (
    IntakeEvent,
    OrderAmended,
    OrderCancelled,
    OrderClosed,
    OrderReopened,
    OrderReviewed,
    ResidentLeft,
)
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import Holder, OrderState, Outcome, Role, Urgency
from shared.persistence.vault import Vault

B = TypeVar("B", bound=Command)


@dataclass(frozen=True)
class Change(Generic[B]):
    """One resident's wish about one order; the door has checked that the order is theirs."""

    order_id: str
    wish: B


class Changing:
    """Changes orders under the rules of one community."""

    def __init__(self, rules: Community, vault: Vault) -> None:
        self._rules = rules
        self._vault = vault

    async def amend_orders(self, uow: Unit, changes: Sequence[Change[AmendOrder]]) -> list[Order | Refusal]:
        """Change window, urgency or words.

        Refusals: ``NotFound``, ``OrderNotOpen``, ``AlreadyDone``, ``OrderInvalid``, ``ComeInPerson``.
        """
        orders = await uow.repository.orders([change.order_id for change in changes])
        answers: list[Order | Refusal] = []
        for change in changes:
            answer = _of(orders, change.order_id, partial(self._amend, uow, change.wish))
            if isinstance(answer, Order) and change.wish.details is not None:
                await self._keep_words(uow, answer, details=change.wish.details)
            answers.append(answer)
        return answers

    def _amend(self, uow: Unit, wish: AmendOrder, order: Order) -> Order:
        service = self._rules.services_by_code.get(order.service)
        if wish.window is not None and service is not None:
            check_presence(self._rules, service, order.grid, wish.window, uow.now)
        return amend(uow, wish, order)

    async def cancel_orders(self, uow: Unit, changes: Sequence[Change[CancelOrder]]) -> list[Order | Refusal]:
        """Withdraw; where others have joined, the order goes on for them.

        Refusals: ``NotFound``, ``OrderNotOpen``, ``AlreadyDone``.
        """
        ids = [change.order_id for change in changes]
        orders, residents = await uow.repository.orders(ids), await uow.repository.residents_of(ids)
        answers: list[Order | Refusal] = []
        for change in changes:
            answer = _of(orders, change.order_id, partial(withdraw, uow, residents[change.order_id]))
            if isinstance(answer, Order) and change.wish.reason is not None:
                await self._keep_words(uow, answer, reason=change.wish.reason)
            answers.append(answer)
        return answers

    async def review_orders(self, uow: Unit, changes: Sequence[Change[ReviewOrder]]) -> list[Order | Refusal]:
        """Take the verdict: close, or reopen under the same number.

        Refusals: ``NotFound``, ``NotYetDone``, ``OrderNotOpen``.
        """
        ids = [change.order_id for change in changes]
        orders, legs = await uow.repository.orders(ids), await uow.repository.legs_of(ids)
        return [_of(orders, one.order_id, partial(self._judge, uow, one.wish, legs)) for one in changes]

    async def _keep_words(self, uow: Unit, order: Order, **words: str) -> None:
        contact = await uow.repository.contact(order.order_id)
        if contact is not None:
            fields = self._vault.open_fields(order.order_id, contact.sealed)
            contact.sealed = self._vault.seal_fields(order.order_id, fields | words)

    def _judge(self, uow: Unit, wish: ReviewOrder, legs: dict[str, list[Leg]], order: Order) -> Order:
        return self.review(uow, order, wish, legs[order.order_id])

    def review(
        self, uow: Unit, order: Order, wish: ReviewOrder, legs: Sequence[Leg], recorded_by: str | None = None
    ) -> Order:
        """Take the verdict; ``recorded_by``: the coordinator to whom it was given. Raises ``OrderNotOpen`` or
        ``NotYetDone``."""
        by = Role.COORDINATOR if recorded_by else Role.RESIDENT
        check_reviewable(OrderState(order.state))
        comment = self._vault.seal(order.order_id, wish.comment) if wish.comment else None
        review = OrderReview(
            order_id=order.order_id,
            round=order.round,
            outcome=wish.outcome.value,
            rating=wish.rating,
            sealed_comment=comment,
            at=uow.now,
            recorded_by=recorded_by,
        )
        uow.repository.add(review)
        reviewed = OrderReviewed(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            outcome=wish.outcome,
            rating=wish.rating,
            reviewed_at=uow.now,
        )
        tell(uow, order, reviewed, by)
        if reopens(wish.outcome):
            self.reopen(uow, order, legs, by, same_people=wish.same_people)
        else:
            close(uow, order, wish.outcome, by)
        return order

    def reopen(
        self, uow: Unit, order: Order, legs: Sequence[Leg], by: Role = Role.RESIDENT, *, same_people: bool = False
    ) -> None:
        """Not fixed: the same number runs again, all legs of the last round in turn. ``same_people``: whoever served
        may come again. Raises ``OrderNotOpen`` or ``NotYetDone``."""
        due_at = dispatch_due(self._rules, Urgency(order.urgency), None, uow.now)
        coordinator = Holder(role=Role.COORDINATOR, area=self._rules.areas.coordinator_area(order.grid))
        before = [leg for leg in legs if leg.round == order.round]
        order.reopen(coordinator, due_at, uow.now)
        again = legs_again(uow, order, before)
        uow.repository.add(*again)
        reopened = OrderReopened(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            legs=tuple(placed_leg(leg) for leg in again),
            reopened_at=uow.now,
            due_at=due_at,
            same_people=same_people,
        )
        tell(uow, order, reopened, by)


def amend(
    uow: Unit, wish: AmendOrder, order: Order, accepted_offer: str | None = None, by: Role = Role.RESIDENT
) -> Order:
    """Change window or urgency, by the hand of ``by``. Raises ``OrderNotOpen``, ``AlreadyDone``, ``OrderInvalid``."""
    check_open(OrderState(order.state))
    if errors := window_errors(wish.window, uow.now):
        raise OrderInvalid(errors=errors)
    order.amend(wish.window, wish.urgency, uow.now)
    amended = OrderAmended(
        order_id=order.order_id,
        community=order.community,
        version=order.next_version(),
        urgency=Urgency(order.urgency),
        window=order.window,
        amended_at=uow.now,
        accepted_offer=accepted_offer,
        by=by,
    )
    tell(uow, order, amended, by)
    return order


def withdraw(uow: Unit, residents: Sequence[Resident], order: Order) -> Order:
    """Who ordered withdraws: the order ends, or goes on for those who joined. Raises ``OrderNotOpen`` or
    ``AlreadyDone``."""
    check_open(OrderState(order.state))
    if order.owner_left_at is not None:
        raise OrderNotOpen
    if any(one.orders_too for one in residents):
        order.owner_left_at = order.changed_at = uow.now
        left = ResidentLeft(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            resident_id=order.order_id,
            left_at=uow.now,
        )
        tell(uow, order, left, Role.RESIDENT)
    else:
        cancel(uow, order)
    return order


def cancel(uow: Unit, order: Order) -> None:
    """Nobody wants it any more. Raises ``OrderNotOpen`` or ``AlreadyDone``."""
    order.cancel(uow.now)
    cancelled = OrderCancelled(
        order_id=order.order_id,
        community=order.community,
        version=order.next_version(),
        cancelled_at=uow.now,
    )
    tell(uow, order, cancelled, Role.RESIDENT)


def close(uow: Unit, order: Order, outcome: Outcome, by: Role | None) -> None:
    """End a served order. Raises ``OrderNotOpen`` or ``NotYetDone``."""
    order.close(outcome, uow.now)
    tell(uow, order, closed(order), by)


def closed(order: Order) -> OrderClosed:
    """The fact that an order has ended, as it stands."""
    return OrderClosed(
        order_id=order.order_id,
        community=order.community,
        version=order.next_version(),
        outcome=Outcome(order.outcome or ""),
        closed_at=order.changed_at,
        turned_away=order.turned_away is not None,
    )


def tell(uow: Unit, order: Order, event: IntakeEvent, by: Role | None) -> None:
    """Record a fact about an order, with its entry of the timeline."""
    uow.record(event, traceparent=order.traceparent)
    uow.repository.add(entry(order, event, source=INTAKE, version=event.version, at=uow.now, by=by))
    uow.announce(order.order_id)


def _of(orders: dict[str, Order], order_id: str, act: Callable[[Order], Order]) -> Order | Refusal:
    if order_id not in orders:
        return NotFound()
    try:
        return act(orders[order_id])
    except Refusal as refusal:
        return refusal
