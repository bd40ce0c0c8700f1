"""More time: the resident is asked for it, says yes or no, and matcher tells when the later time holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.models import Extension, Order
from services.intake.policies.extending import check_asked, withdraws
from services.intake.repository import Unit
from services.intake.use_cases.changing import tell
from shared.contracts.intake import ExtensionAnswered
from shared.contracts.matcher import DispatchEvent, ExtensionAsked, OrderExtended
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import Holder, OrderState, Role

Extensions = dict[tuple[str, str], Extension]
"""By order and extension."""


@dataclass(frozen=True)
class Grant:
    """A resident's answer; the door has checked that the order is theirs."""

    order_id: str
    extension_id: str
    accept: bool


async def answer_extensions(uow: Unit, grants: Sequence[Grant]) -> list[Order | Refusal]:
    """The answer goes to matcher, which moves the due time if whoever asked still holds the order.

    Refusals: ``NotFound``, ``ExtensionOver``, ``OrderNotOpen``, ``AlreadyDone``.
    """
    ids = {grant.order_id for grant in grants}
    orders, asked = await uow.repository.orders(ids), await uow.repository.extensions(ids)
    answers: list[Order | Refusal] = []
    for grant in grants:
        order, one = orders.get(grant.order_id), asked.get((grant.order_id, grant.extension_id))
        if order is None or one is None:
            answers.append(NotFound())
            continue
        try:
            check_asked(OrderState(order.state), one.until, uow.now, is_open=one.is_open)
        except Refusal as refusal:
            answers.append(refusal)
            continue
        one.answer(uow.now, accepted=grant.accept)
        answered = ExtensionAnswered(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            extension_id=one.extension_id,
            accepted=grant.accept,
            answered_at=uow.now,
        )
        tell(uow, order, answered, Role.RESIDENT)
        answers.append(order)
    return answers


def follow_extensions(uow: Unit, before: Holder | None, event: DispatchEvent, known: Extensions) -> None:
    """What a fact does to questions for more time; ``before``: who held the order until then."""
    own = (event.order_id, getattr(event, "extension_id", ""))
    if withdraws(before, event):
        for (order_id, extension_id), one in known.items():
            if order_id == event.order_id and one.is_open and extension_id != own[1]:
                one.withdrawn = True
    if isinstance(event, ExtensionAsked | OrderExtended) and own not in known:
        until = event.until if isinstance(event, ExtensionAsked) else event.due_at
        known[own] = Extension(order_id=own[0], extension_id=own[1], until=until, asked_at=event.at)
        uow.repository.add(known[own])
    if isinstance(event, OrderExtended):
        known[own].extend(event.due_at, event.at)
