"""The resident answers another time that a volunteer proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.commands import AmendOrder
from services.intake.models import Order
from services.intake.policies.proposals import check_proposed
from services.intake.repository import Unit
from services.intake.use_cases.changing import amend
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import OrderState


@dataclass(frozen=True)
class Agreement:
    """A resident's answer; the door has checked that the order is theirs."""

    order_id: str
    offer_id: str
    accept: bool


async def answer_proposals(uow: Unit, answers: Sequence[Agreement]) -> list[Order | Refusal]:
    """A yes amends the order's window and tells matcher whose offer it was; a no leaves the order as it is.

    Refusals: ``NotFound``, ``ProposalOver``, ``OrderNotOpen``, ``AlreadyDone``, ``OrderInvalid``.
    """
    ids = {answer.order_id for answer in answers}
    orders, proposed = await uow.repository.orders(ids), await uow.repository.proposed_times(ids)
    told: list[Order | Refusal] = []
    for answer in answers:
        order, one = orders.get(answer.order_id), proposed.get((answer.order_id, answer.offer_id))
        if order is None or one is None:
            told.append(NotFound())
            continue
        try:
            check_proposed(OrderState(order.state), one.accepted, one.expires_at, uow.now)
            if answer.accept:
                amend(uow, AmendOrder(window=one.window), order, accepted_offer=None if one.by_party else one.offer_id)
        except Refusal as refusal:
            told.append(refusal)
            continue
        one.accepted = answer.accept
        uow.announce(order.order_id)
        told.append(order)
    return told
