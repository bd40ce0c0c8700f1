"""Two orders are one matter: one ends, and its residents are answered under the other's number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.intake.commands import Party
from services.intake.models import Order, Resident
from services.intake.policies.concerned import CalledUnderItsNumber, SameOrder
from services.intake.policies.lifecycle import check_open
from services.intake.repository import Unit
from services.intake.use_cases.changing import tell
from services.intake.use_cases.concerning import concerned, told_of
from shared.contracts.audit import Who, decided
from shared.contracts.intake import OrderMerged
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import OrderState, Part, Role
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class Merge:
    """A coordinator's decision; the door has checked that both orders are in their area."""

    order_id: str
    into: str
    by: Who


class Merging:
    """Merges orders, sealing again under the other order's id what is personal."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def merge_orders(self, uow: Unit, merges: Sequence[Merge]) -> list[Order | Refusal]:
        """End one order in favour of the other, which is answered. Refusals: ``NotFound``, ``SameOrder``,
        ``OrderNotOpen``, ``AlreadyDone`` (either of the two), ``CalledUnderItsNumber``."""
        ids = sorted({order_id for merge in merges for order_id in (merge.order_id, merge.into)})
        orders, residents = await uow.repository.orders(ids), await uow.repository.residents_of(ids)
        answers: list[Order | Refusal] = []
        for merge in merges:
            try:
                answers.append(await self._merge(uow, merge, orders, residents))
            except Refusal as refusal:
                answers.append(refusal)
                continue
            uow.audit(decided(merge.by, "merge", merge.order_id, merge.into))
        return answers

    async def _merge(
        self, uow: Unit, merge: Merge, orders: Mapping[str, Order], residents: Mapping[str, list[Resident]]
    ) -> Order:
        order, into = orders.get(merge.order_id), orders.get(merge.into)
        if order is None or into is None:
            raise NotFound
        if order is into:
            raise SameOrder
        check_open(OrderState(order.state))
        check_open(OrderState(into.state))
        if order.call_only:
            raise CalledUnderItsNumber
        order.merge(into.order_id, uow.now)
        merged = OrderMerged(
            order_id=order.order_id,
            community=order.community,
            version=order.next_version(),
            into=into.order_id,
            merged_at=uow.now,
        )
        tell(uow, order, merged, Role.COORDINATOR)
        if order.owner_left_at is None:
            residents[into.order_id].append(await self._bring_owner(uow, order, into))
        for resident in residents[order.order_id]:
            if resident.left_at is None:
                self._bring(uow, resident, into)
                residents[into.order_id].append(resident)
        residents[order.order_id].clear()
        return into

    async def _bring_owner(self, uow: Unit, order: Order, into: Order) -> Resident:
        contact = await uow.repository.contact(order.order_id)
        sealed = self._vault.open_fields(order.order_id, contact.sealed) if contact else {}
        who = Party.model_construct(name=sealed.get("name"), phone=sealed.get("phone"))
        resident, told = concerned(
            uow, self._vault, into, Part.JOINED, who, Role.COORDINATOR, resident_id=order.order_id
        )
        uow.repository.add(resident, told)
        return resident

    def _bring(self, uow: Unit, resident: Resident, into: Order) -> None:
        """Whom the order was for has the other matter now like anybody who joined it."""
        before = resident.order_id
        resident.order_id = into.order_id
        resident.sealed = self._vault.seal(into.order_id, self._vault.open(before, resident.sealed))
        if resident.sealed_comment is not None:
            comment = self._vault.open(before, resident.sealed_comment)
            resident.sealed_comment = self._vault.seal(into.order_id, comment)
        resident.verdict_round = None
        if resident.part == Part.PERSON:
            resident.part = Part.JOINED.value
        uow.repository.add(told_of(uow, into, resident, Role.COORDINATOR))
