"""What a resident does with an order: amend, cancel, review; and what their silence does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from services.intake.commands import AmendOrder, CancelOrder, Command, ReviewOrder
from services.intake.models import Leg, Order, OrderReview, Resident
from services.intake.policies.acceptance import OrderInvalid, window_errors
from services.intake.policies.lifecycle import OrderNotOpen, check_open, check_reviewable, reopens
from services.intake.repository import Unit
from services.intake.use_cases.sequence import first_leg
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
    PlacedLeg,
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

        Refusals: ``NotFound``, ``OrderNotOpen``, ``AlreadyDone``, ``OrderInvalid``.
        """
        orders = await uow.repository.orders([change.order_id for change in changes])
        answers: list[Order | Refusal] = []
        for change in changes:
            answer = _of(orders, change.order_id, partial(amend, uow, change.wish))
            if isinstance(answer, Order) and change.wish.details is not None:
                await self._keep_words(uow, answer, details=change.wish.details)
            answers.append(answer)
        return answers

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
        return [_of(orders, change.order_id, partial(self._review, uow, change.wish, legs)) for change in changes]

    async def lapse_reviews(self, uow: Unit, order_ids: Sequence[str]) -> list[Order | Refusal]:
        """Close served orders whose resident did not answer in time, as ``no_reply``. One that was reviewed
        meanwhile is refused with ``OrderNotOpen`` or ``NotYetDone``."""
        orders = await uow.repository.orders(order_ids)
        return [_of(orders, order_id, partial(self._lapse, uow)) for order_id in order_ids]

    async def _keep_words(self, uow: Unit, order: Order, **words: str) -> None:
        contact = await uow.repository.contact(order.order_id)
        if contact is not None:
            fields = self._vault.open_fields(order.order_id, contact.sealed)
            contact.sealed = self._vault.seal_fields(order.order_id, fields | words)

    def _review(self, uow: Unit, wish: ReviewOrder, legs: dict[str, list[Leg]], order: Order) -> Order:
        check_reviewable(OrderState(order.state))
        comment = self._vault.seal(order.order_id, wish.comment) if wish.comment else None
        review = OrderReview(
            order_id=order.order_id,
            round=order.round,
            outcome=wish.outcome.value,
            rating=wish.rating,
            sealed_comment=comment,
            at=uow.now,
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
        tell(uow, order, reviewed, Role.RESIDENT)
        if reopens(wish.outcome):
            self.reopen(uow, order, legs[order.order_id])
        else:
            close(uow, order, wish.outcome, Role.RESIDENT)
        return order

    def reopen(self, uow: Unit, order: Order, legs: Sequence[Leg]) -> None:
        """Not fixed: the same number runs again. Raises ``OrderNotOpen`` or ``NotYetDone``."""
        due_at = dispatch_due(self._rules, Urgency(order.urgency), None, uow.now)
        coordinator = Holder(role=Role.COORDINATOR, area=self._rules.areas.coordinator_area(order.grid))
        order.reopen(coordinator, due_at, uow.now)
        leg = first_leg(order, legs[0].post, legs[0].headcount, uow.new_id())
        uow.repository.add(leg)
        reopened = OrderReopened(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            legs=(PlacedLeg(leg_id=leg.leg_id, post=leg.post, headcount=leg.headcount, after=leg.after),),
            reopened_at=uow.now,
            due_at=due_at,
        )
        tell(uow, order, reopened, Role.RESIDENT)

    def _lapse(self, uow: Unit, order: Order) -> Order:
        check_reviewable(OrderState(order.state))
        close(uow, order, Outcome.NO_REPLY, None)
        return order


def amend(
    uow: Unit, wish: AmendOrder, order: Order, accepted_offer: str | None = None, by: Role = Role.RESIDENT
) -> Order:
    """Change window or urgency, by whose hand ``by`` says. Raises ``OrderNotOpen``, ``AlreadyDone`` or ``OrderInvalid``."""
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
    closed = OrderClosed(
        order_id=order.order_id,
        community=order.community,
        version=order.next_version(),
        outcome=outcome,
        closed_at=uow.now,
    )
    tell(uow, order, closed, by)


def tell(uow: Unit, order: Order, event: IntakeEvent, by: Role | None) -> None:
    """Record a fact about an order, with its entry of the timeline."""
    uow.record(event, traceparent=order.traceparent)
    uow.repository.add(entry(order, event.name, source=INTAKE, version=event.version, at=uow.now, by=by))
    uow.announce(order.order_id)


def _of(orders: dict[str, Order], order_id: str, act: Callable[[Order], Order]) -> Order | Refusal:
    if order_id not in orders:
        return NotFound()
    try:
        return act(orders[order_id])
    except Refusal as refusal:
        return refusal
