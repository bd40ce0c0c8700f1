"""How residents are reached about their orders: told to the service that sends notices, at the moment of sending."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from services.intake.models import Order, OrderContact, Resident
from services.intake.policies.acceptance import e164
from shared.contracts.reaching import Reach, ReachTold, ResidentOf, ResidentsToReach
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class Reaching:
    """Opens phones of residents, and nothing else of theirs."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def tell(self, asked: ResidentsToReach) -> ReachTold:
        """Each in turn; None for whoever was erased or forgotten, has left the order, or never was there."""
        order_ids = {one.order_id for one in asked.residents}
        others = {one.resident_id for one in asked.residents} - order_ids
        async with self._database.reading() as session:
            orders = {
                order.order_id: (order, contact)
                for order, contact in await session.execute(
                    select(Order, OrderContact)
                    .join(OrderContact, col(OrderContact.order_id) == col(Order.order_id))
                    .where(col(Order.order_id).in_(order_ids))
                )
            }
            residents = {
                one.resident_id: one
                for one in await session.scalars(select(Resident).where(col(Resident.resident_id).in_(others)))
            }
        return ReachTold(people=tuple(self._reach(one, orders, residents) for one in asked.residents))

    def _reach(
        self, one: ResidentOf, orders: dict[str, tuple[Order, OrderContact]], residents: dict[str, Resident]
    ) -> Reach | None:
        if one.resident_id == one.order_id:
            if one.order_id not in orders:
                return None
            order, contact = orders[one.order_id]
            return None if order.owner_left_at is not None else self._of(one, contact.sealed, silent=order.call_only)
        resident = residents.get(one.resident_id)
        if resident is None or resident.order_id != one.order_id or resident.left_at is not None:
            return None
        return self._of(one, resident.sealed, silent=False)

    def _of(self, one: ResidentOf, sealed: bytes, *, silent: bool) -> Reach:
        phone = self._vault.open_fields(one.order_id, sealed).get("phone")
        return Reach(phone=e164(phone) if phone and not silent else None)
