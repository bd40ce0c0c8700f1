"""How it ended for those who are concerned besides who ordered: each says so for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.commands import ReviewOrder
from services.intake.models import Leg, Order, Resident
from services.intake.policies.concerned import NoLongerConcerned, check_verdict
from services.intake.policies.lifecycle import reopens
from services.intake.repository import Unit
from services.intake.use_cases.changing import Changing, close, tell
from shared.contracts.intake import VerdictGiven
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import OrderState, Part, Role
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class Verdict:
    """A resident's verdict on an order they are concerned in; the door has checked that they are."""

    order_id: str
    resident_id: str
    wish: ReviewOrder


class Judging:
    """Takes verdicts, sealing what was said."""

    def __init__(self, vault: Vault, changing: Changing) -> None:
        self._vault = vault
        self._changing = changing

    async def give_verdicts(self, uow: Unit, verdicts: Sequence[Verdict]) -> list[Order | Refusal]:
        """Keep each one's own verdict; another one in the same round replaces it. While the order is done, "not fixed"
        reopens it, unless a party says so. Where who ordered withdrew, whoever joined first speaks for the order.

        Refusals: ``NotFound``, ``NoLongerConcerned``, ``NoVerdictYet``.
        """
        ids = [verdict.order_id for verdict in verdicts]
        orders, residents = await uow.repository.orders(ids), await uow.repository.residents_of(ids)
        legs = await uow.repository.legs_of(ids)
        answers: list[Order | Refusal] = []
        for verdict in verdicts:
            order, concerned = orders.get(verdict.order_id), residents[verdict.order_id]
            try:
                answers.append(self._judge(uow, verdict, order, concerned, legs[verdict.order_id]))
            except Refusal as refusal:
                answers.append(refusal)
        return answers

    def _judge(
        self, uow: Unit, verdict: Verdict, order: Order | None, residents: Sequence[Resident], legs: Sequence[Leg]
    ) -> Order:
        resident = next((one for one in residents if one.resident_id == verdict.resident_id), None)
        if order is None or resident is None:
            raise NotFound
        if resident.left_at is not None:
            raise NoLongerConcerned
        check_verdict(OrderState(order.state))
        wish = verdict.wish
        comment = self._vault.seal(order.order_id, wish.comment) if wish.comment else None
        resident.judge(wish.outcome, wish.rating, comment, order.round, uow.now)
        given = VerdictGiven(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            resident_id=resident.resident_id,
            outcome=wish.outcome,
            rating=wish.rating,
            given_at=uow.now,
        )
        tell(uow, order, given, Role.RESIDENT)
        if OrderState(order.state) is OrderState.DONE and resident.part != Part.PARTY:
            if reopens(wish.outcome):
                self._changing.reopen(uow, order, legs)
            elif speaks(order, residents) == resident.resident_id:
                close(uow, order, wish.outcome, Role.RESIDENT)
        return order


def speaks(order: Order, residents: Sequence[Resident]) -> str:
    """Who speaks for an order: whoever ordered (the order's id), else who joined first and stayed (the resident's)."""
    if order.owner_left_at is None:
        return order.order_id
    return next((one.resident_id for one in residents if one.orders_too), order.order_id)
