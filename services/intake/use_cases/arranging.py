"""What a coordinator arranges for a resident: another time, and a second order for what is another matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.intake.commands import AmendOrder, Channel, Contact, Orderer, Party, SetWindow, SplitOrder
from services.intake.models import Order, Resident
from services.intake.policies.appointments import check_presence
from services.intake.policies.lifecycle import check_open
from services.intake.repository import Unit
from services.intake.use_cases.changing import amend
from services.intake.use_cases.new_orders import NewOrder, Placed
from services.intake.use_cases.placing import Placing
from shared.community.definition import Community
from shared.contracts.audit import Who, decided
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import OrderState, Part, Role, Window
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class Split:
    """A coordinator's wish to divide an order, which the door has found in their area.

    ``by``: who they are. ``key``: an Idempotency-Key of theirs. ``traceparent``: the request's.
    """

    order_id: str
    wish: SplitOrder
    by: Who
    key: str | None = None
    traceparent: str = ""


@dataclass(frozen=True)
class Timed:
    """A coordinator's wish for another time; the door has checked that the order is in their area."""

    order_id: str
    wish: SetWindow
    by: Who


class Timing:
    """Changes times for residents, under the rules of one community."""

    def __init__(self, rules: Community) -> None:
        self._rules = rules

    async def set_windows(self, uow: Unit, changes: Sequence[Timed]) -> list[Order | Refusal]:
        """Change the time for the resident; where they have to come in person, the counter is open then.

        Refusals: ``NotFound``, ``OrderNotOpen``, ``AlreadyDone``, ``OrderInvalid``, ``ComeInPerson``.
        """
        orders = await uow.repository.orders([change.order_id for change in changes])
        answers: list[Order | Refusal] = []
        for change in changes:
            order = orders.get(change.order_id)
            try:
                if order is None:
                    raise NotFound
                answers.append(self._set(uow, order, change.wish.window))
            except Refusal as refusal:
                answers.append(refusal)
            else:
                uow.audit(decided(change.by, "window", change.order_id))
        return answers

    def _set(self, uow: Unit, order: Order, window: Window) -> Order:
        service = self._rules.services_by_code.get(order.service)
        if service is not None:
            check_presence(self._rules, service, order.grid, window, uow.now)
        return amend(uow, AmendOrder(window=window), order, by=Role.COORDINATOR)


class Splitting:
    """Divides orders: the contact is opened and sealed again under the new order's id."""

    def __init__(self, vault: Vault, placing: Placing) -> None:
        self._vault = vault
        self._placing = placing

    async def split_orders(self, uow: Unit, splits: Sequence[Split]) -> list[Placed | Refusal]:
        """A second order in the same place for the same resident, and for whom the first is.

        Refusals: ``NotFound``, ``OrderNotOpen``, ``AlreadyDone``, ``OrderInvalid``, ``KeyUsedForAnotherOrder``.
        """
        ids = [split.order_id for split in splits]
        orders, people = await uow.repository.orders(ids), await uow.repository.residents_of(ids)
        answers: list[Placed | Refusal] = []
        for split in splits:
            order = orders.get(split.order_id)
            if order is None:
                answers.append(NotFound())
                continue
            try:
                check_open(OrderState(order.state))
            except Refusal as refusal:
                answers.append(refusal)
                continue
            sealed = await self._opened(uow, order.order_id)
            new = _second(split, order, sealed, self._person(people[order.order_id]))
            (placed,) = await self._placing.place_orders(uow, [new])
            if isinstance(placed, Placed) and not placed.known:
                uow.audit(decided(split.by, "split", order.order_id, placed.order.order_id))
            answers.append(placed)
            uow.announce(order.order_id)
        return answers

    async def _opened(self, uow: Unit, order_id: str) -> dict[str, Any]:
        contact = await uow.repository.contact(order_id)
        return self._vault.open_fields(order_id, contact.sealed) if contact else {}

    def _person(self, people: Sequence[Resident]) -> Contact | None:
        """Whom the first order is for, where they are told of it too: they are of the second as well."""
        for one in people:
            if one.part == Part.PERSON and one.left_at is None:
                return _contact(self._vault.open_fields(one.order_id, one.sealed))
        return None


def _second(split: Split, order: Order, sealed: dict[str, Any], person: Contact | None) -> NewOrder:
    wish = split.wish
    excluded = sealed.get("excluded") or ()
    return NewOrder(
        service=wish.service,
        area=order.area,
        details=wish.details,
        contact=_contact(sealed),
        window=wish.window,
        urgency=wish.urgency,
        excluded=tuple(Party(area=one) if isinstance(one, str) else Party(**one) for one in excluded),
        on_behalf_of=sealed.get("on_behalf_of"),
        person=person,
        person_agrees=bool(sealed.get("consent")),
        orderer=Orderer(order.orderer),
        health=bool(sealed.get("health")),
        channel=Channel.COORDINATOR,
        recorded_by=split.by.id,
        call_only=order.call_only,
        split_from=order.order_id,
        by=Role.COORDINATOR,
        key=f"{split.by.id}:split:{split.key}" if split.key else None,
        body=f"{order.order_id}{wish.model_dump_json()}" if split.key else "",
        traceparent=split.traceparent,
    )


def _contact(sealed: dict[str, Any]) -> Contact | None:
    name, phone = sealed.get("name"), sealed.get("phone")
    return Contact(name=name, phone=phone, organisation=sealed.get("organisation")) if name and phone else None
