"""Others with the same matter join an order, and leave it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.commands import Contact
from services.intake.models import Order, Resident
from services.intake.policies.acceptance import OrderInvalid, e164
from services.intake.policies.concerned import NoLongerConcerned, NoOtherSide
from services.intake.policies.lifecycle import check_open
from services.intake.repository import Unit
from services.intake.use_cases.changing import cancel, tell, withdraw
from services.intake.use_cases.concerning import concern, told_of
from shared.community.definition import Community
from shared.contracts.audit import Who, decided
from shared.contracts.intake import ResidentLeft
from shared.contracts.refusal import FieldError, NotFound, Refusal
from shared.contracts.words import OrderState, Part, Role
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class Joining:
    """Somebody for an order; the door has checked that they may. ``added_by``: the coordinator whose hand it is, where
    it is not their own."""

    order_id: str
    contact: Contact
    part: Part = Part.JOINED
    added_by: Who | None = None

    @property
    def by(self) -> Role:
        """Whose hand it is."""
        return Role.COORDINATOR if self.added_by else Role.RESIDENT


@dataclass(frozen=True)
class Joined:
    """Who is concerned now, in which order."""

    order: Order
    resident: Resident


@dataclass(frozen=True)
class Leaving:
    """Somebody who joined an order, or whom it is for, wants nothing more of it."""

    order_id: str
    resident_id: str


class JoiningOrders:
    """Joins residents to the orders of one community, sealing who they are."""

    def __init__(self, rules: Community, vault: Vault) -> None:
        self._rules = rules
        self._vault = vault

    async def join_orders(self, uow: Unit, commands: Sequence[Joining]) -> list[Joined | Refusal]:
        """Make somebody concerned; the same phone in the same part is the same person.

        Whoever ordered and joins as well is taken for anybody else: the answer must not tell a stranger whose number
        ordered. Refusals: ``NotFound``, ``OrderNotOpen``, ``AlreadyDone``, ``NoOtherSide``, ``OrderInvalid``.
        """
        ids = [command.order_id for command in commands]
        orders, residents = await uow.repository.orders(ids), await uow.repository.residents_of(ids)
        answers: list[Joined | Refusal] = []
        for command in commands:
            order = orders.get(command.order_id)
            try:
                answers.append(self._join(uow, command, order, residents[command.order_id]))
            except Refusal as refusal:
                answers.append(refusal)
        return answers

    def _join(self, uow: Unit, command: Joining, order: Order | None, residents: list[Resident]) -> Joined:
        if order is None:
            raise NotFound
        phone = e164(command.contact.phone)
        if phone is None:
            raise OrderInvalid(errors=[FieldError("/contact/phone", "this is not a phone number")])
        check_open(OrderState(order.state))
        if command.part is Part.PARTY and not self._has_sides(order):
            raise NoOtherSide
        phone_print = self._vault.fingerprint(phone)
        known = (one for one in residents if (one.part, one.phone_print) == (command.part, phone_print))
        resident = next(known, None)
        if resident is None:
            resident = concern(uow, self._vault, order, command.part, command.contact, command.by)
            residents.append(resident)
        elif resident.left_at is not None:
            resident.left_at = None
            uow.repository.add(told_of(uow, order, resident, command.by))
        if command.added_by:
            uow.audit(decided(command.added_by, f"add_{command.part.value}", order.order_id, resident.resident_id))
        return Joined(order, resident)

    def _has_sides(self, order: Order) -> bool:
        service = self._rules.services_by_code.get(order.service)
        return service is not None and service.parties


async def leave_orders(uow: Unit, commands: Sequence[Leaving]) -> list[Order | Refusal]:
    """Whoever joined leaves, and the last one ends the order; whom it is for withdraws it as if they had ordered it.

    Refusals: ``NotFound``, ``NoLongerConcerned``, ``OrderNotOpen``, ``AlreadyDone``.
    """
    ids = [command.order_id for command in commands]
    orders, residents = await uow.repository.orders(ids), await uow.repository.residents_of(ids)
    answers: list[Order | Refusal] = []
    for command in commands:
        try:
            answers.append(_leave(uow, command, orders.get(command.order_id), residents[command.order_id]))
        except Refusal as refusal:
            answers.append(refusal)
    return answers


def _leave(uow: Unit, command: Leaving, order: Order | None, residents: Sequence[Resident]) -> Order:
    resident = next((one for one in residents if one.resident_id == command.resident_id), None)
    if order is None or resident is None or resident.part == Part.PARTY:
        raise NotFound
    check_open(OrderState(order.state))
    if resident.left_at is not None:
        raise NoLongerConcerned
    resident.leave(uow.now)
    left = ResidentLeft(
        order_id=order.order_id,
        community=order.community,
        version=order.next_version(),
        resident_id=resident.resident_id,
        left_at=uow.now,
    )
    tell(uow, order, left, Role.RESIDENT)
    others_stay = any(one.orders_too for one in residents)
    if resident.part == Part.PERSON and order.owner_left_at is None:
        withdraw(uow, residents, order)
    elif order.owner_left_at is not None and not others_stay:
        cancel(uow, order)
    return order
