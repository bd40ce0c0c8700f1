"""Closing what a coordinator looked at and took for spam: never in silence, the reason is read on the order's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.commands import TurnAway
from services.intake.models import Closing, Order
from services.intake.repository import Unit
from services.intake.use_cases.changing import closed, tell
from shared.contracts.audit import Deed, What, Who
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import Role
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class Turned:
    """A coordinator takes an order for spam."""

    order_id: str
    wish: TurnAway
    by: str
    area: str


class TurningAway:
    """Ends orders that were held to be looked at; the reason is sealed under the order's id."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def turn_away(self, uow: Unit, commands: Sequence[Turned]) -> list[Order | Refusal]:
        """Close each as not fixed. Refusals: ``NotFound``, ``OrderNotOpen``, ``AlreadyDone``, ``NotHeldToLook``."""
        orders = await uow.repository.orders({command.order_id for command in commands})
        answers: list[Order | Refusal] = []
        for command in commands:
            order = orders.get(command.order_id)
            if order is None:
                answers.append(NotFound())
                continue
            closing_id = uow.new_id()
            try:
                order.turn_away(closing_id, uow.now)
            except Refusal as refusal:
                answers.append(refusal)
                continue
            uow.repository.add(
                Closing(
                    closing_id=closing_id,
                    order_id=order.order_id,
                    proposed_by=command.by,
                    proposed_at=uow.now,
                    sealed_reason=self._vault.seal(order.order_id, command.wish.reason),
                )
            )
            tell(uow, order, closed(order), Role.COORDINATOR)
            by = Who(Role.COORDINATOR.value, command.by, command.area)
            uow.audit(Deed(by, What.DECIDED, order.order_id, field="spam"))
            answers.append(order)
        return answers
