"""Placing orders: accepted when the database has them, whatever the broker does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.intake.models import DoorKey, ExternalId, IntakeTable, Leg, Order, TimelineEntry
from services.intake.policies.acceptance import Accepted, Wish, accept
from services.intake.policies.appointments import check_presence
from services.intake.policies.references import reference_of
from services.intake.repository import Unit
from services.intake.use_cases.attesting import attested
from services.intake.use_cases.concerning import concerned
from services.intake.use_cases.new_orders import NewOrder, Placed, phone_print, sealed_contact
from services.intake.use_cases.sequence import legs_in_turn
from services.intake.use_cases.suspecting import Lately, Suspecting
from services.intake.use_cases.timeline import INTAKE, entry
from shared.community.definition import Community
from shared.contracts.intake import OrderPlaced, PlacedLeg
from shared.contracts.refusal import Invalid, Refusal
from shared.contracts.words import Holder, NextStep, OrderState, Part, Role, Urgency
from shared.persistence.vault import Vault
from shared.persistence.watching import order_held

__all__ = ["CONTINUED", "KeyUsedForAnotherOrder", "NewOrder", "Placed", "Placing"]


class KeyUsedForAnotherOrder(Invalid):
    """The Idempotency-Key was used before, with a different body."""

    title = "This Idempotency-Key was used for a different order"


CONTINUED = 3
"""So many earlier orders are named to the pairing."""


@dataclass
class _Rows:
    before: Mapping[tuple[str, str], Sequence[str]]
    lately: Lately
    orders: list[Order] = field(default_factory=list)
    rest: list[IntakeTable] = field(default_factory=list)


class Placing:
    """Places orders under the rules of one community, sealing what is personal. ``suspecting`` says at which
    somebody looks first.
    """

    def __init__(self, rules: Community, vault: Vault, suspecting: Suspecting) -> None:
        self._rules = rules
        self._vault = vault
        self._suspecting = suspecting

    async def place_orders(self, uow: Unit, commands: Sequence[NewOrder]) -> list[Placed | Refusal]:
        """Accept each order that can be; a refusal harms no neighbour.

        Refusals: ``OrderInvalid``, ``KeyUsedForAnotherOrder``.
        """
        known = await self._known(uow, commands)
        prints = self._prints(commands)
        before = await uow.repository.content_orders(prints) if prints else {}
        rows = _Rows(before, await self._suspecting.lately(uow, commands, prints))
        answers = [self._place(uow, command, known, rows) for command in commands]
        await uow.repository.add_in_order(rows.orders, rows.rest)
        return answers

    def judge(self, command: NewOrder, now: datetime) -> Accepted:
        """Whether an order can be. Raises ``OrderInvalid`` or ``ComeInPerson``."""
        contact = command.contact
        wish = Wish(
            command.service,
            command.area,
            command.urgency,
            command.window,
            contact.phone if contact else None,
            command.excluded,
            orderer=command.orderer,
            organisation=contact.organisation if contact else None,
            person=command.person,
            person_agrees=command.person_agrees,
        )
        accepted = accept(self._rules, wish, now)
        other = command.on_behalf_of is not None or command.person is not None
        check_presence(self._rules, accepted.service, accepted.grid, command.window, now, for_another=other)
        return accepted

    async def _known(self, uow: Unit, commands: Sequence[NewOrder]) -> dict[str, tuple[str, Order]]:
        """What keys and external ids have placed before: ``{mark: (body hash, order)}``."""
        keys = await uow.repository.door_keys([c.key for c in commands if c.key]) if _any_key(commands) else {}
        ids = [c.external_id for c in commands if c.external_id]
        imported = await uow.repository.external_ids(ids) if ids else {}
        order_ids = {key.order_id for key in keys.values()} | set(imported.values())
        orders = await uow.repository.orders(order_ids) if order_ids else {}
        known = {f"key:{key.key}": (key.body_hash, orders[key.order_id]) for key in keys.values()}
        known |= {f"id:{external}": ("", orders[order_id]) for external, order_id in imported.items()}
        return known

    def _place(
        self, uow: Unit, command: NewOrder, known: dict[str, tuple[str, Order]], rows: _Rows
    ) -> Placed | Refusal:
        mark = _mark(command)
        if mark in known:
            body_hash, order = known[mark]
            return Placed(order, known=True) if body_hash == self._body_print(command) else KeyUsedForAnotherOrder()
        try:
            accepted = self.judge(command, uow.now)
        except Refusal as refusal:
            return refusal
        order = self._order(uow, command, accepted)
        rows.orders.append(order)
        rows.rest += self._belongings(uow, command, accepted, order, rows)
        if command.recorded_by and not command.split_from:
            uow.audit(attested(command.recorded_by, order.order_id, "order"))
        if mark:
            known[mark] = (self._body_print(command), order)
        return Placed(order)

    def _order(self, uow: Unit, command: NewOrder, accepted: Accepted) -> Order:
        order_id = uow.new_id()
        window = command.window
        order = Order(
            order_id=order_id,
            reference=reference_of(order_id, self._rules.local(uow.now)),
            service=accepted.service.code,
            served_by=accepted.service.served_by.value,
            area=accepted.area,
            grid=accepted.grid,
            community=accepted.community,
            urgency=accepted.urgency.value,
            window_from=window.from_ if window else None,
            window_to=window.to if window else None,
            state=OrderState.PLACED.value,
            holder_role=None,
            holder_area=None,
            due_at=None,
            next_step=NextStep.OFFER.value,
            channel=command.channel.value if command.channel else None,
            recorded_by=command.recorded_by,
            call_only=command.call_only,
            orderer=command.orderer.value,
            split_from=command.split_from,
            traceparent=command.traceparent,
            placed_at=uow.now,
            changed_at=uow.now,
        )
        coordinator = Holder(role=Role.COORDINATOR, area=self._rules.areas.coordinator_area(accepted.grid))
        order.hand_to(coordinator, accepted.due_at, NextStep.OFFER, uow.now)
        return order

    def _belongings(
        self,
        uow: Unit,
        command: NewOrder,
        accepted: Accepted,
        order: Order,
        known: _Rows,
    ) -> list[IntakeTable]:
        legs = legs_in_turn(uow, order, accepted.service.sequence)
        contact = sealed_contact(self._vault, command, order, accepted, uow.now)
        review = order.look_first = self._suspecting.suspects(command, contact.phone_print, known.lately)
        if review:
            uow.audit(order_held(order.order_id, order.grid))
        rows: list[IntakeTable] = [*legs, contact, *self._suspecting.sightings(uow, order, command)]
        if command.key:
            body = self._body_print(command)
            rows.append(DoorKey(key=command.key, body_hash=body, order_id=order.order_id, used_at=uow.now))
        if command.external_id:
            rows.append(ExternalId(external_id=command.external_id, order_id=order.order_id))
        continues = tuple(known.before.get((contact.phone_print or "", order.service), ()))[:CONTINUED]
        rows.append(self._announce(uow, order, legs, accepted, continues, command.by, review=review))
        if command.person:  # told as well, after the order itself
            rows += concerned(uow, self._vault, order, Part.PERSON, command.person, command.by)
        if accepted.service.parties:  # whoever can be reached is told and heard
            for party in (party for party in accepted.parties if party.phone):
                rows += concerned(uow, self._vault, order, Part.PARTY, party, command.by)
        return rows

    def _announce(
        self, uow: Unit, order: Order, legs: Sequence[Leg], accepted: Accepted, continues: tuple[str, ...], by: Role,
        *, review: bool,
    ) -> TimelineEntry:  # fmt: skip
        placed = OrderPlaced(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            reference=order.reference,
            service=order.service,
            grid=order.grid,
            urgency=Urgency(order.urgency),
            window=order.window,
            legs=tuple(
                PlacedLeg(
                    leg_id=leg.leg_id,
                    post=leg.post,
                    headcount=leg.headcount,
                    after=leg.after,
                    department=template.department,
                )
                for leg, template in zip(legs, accepted.service.sequence, strict=True)
            ),
            placed_at=order.placed_at,
            due_at=accepted.due_at,
            continues=continues,
            has_parties=bool(accepted.parties) or accepted.service.parties,
            call_only=order.call_only,
            split_from=order.split_from,
            review=review,
        )
        uow.record(placed, traceparent=order.traceparent)
        uow.announce(order.order_id)
        return entry(order, placed, source=INTAKE, version=placed.version, at=uow.now, by=by)

    def _body_print(self, command: NewOrder) -> str:
        """Keyed, because the body holds a name and a phone that a plain hash would let anybody guess."""
        return self._vault.fingerprint(command.body) if command.key else ""

    def _prints(self, commands: Sequence[NewOrder]) -> set[str]:
        """The prints of the phones that order."""
        made = [phone_print(self._vault, command.contact.phone) for command in commands if command.contact]
        return {one for one in made if one}


def _any_key(commands: Sequence[NewOrder]) -> bool:
    return any(command.key for command in commands)


def _mark(command: NewOrder) -> str:
    if command.key:
        return f"key:{command.key}"
    return f"id:{command.external_id}" if command.external_id else ""
