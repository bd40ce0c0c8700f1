"""Loads and saves for intake's use cases; every write's SQL is here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlmodel import col

from services.intake.models import (
    DoorKey,
    ExternalId,
    Inbox,
    IntakeTable,
    Leg,
    Order,
    OrderContact,
    Outbox,
)
from shared.messaging.inbox import MessagingRepository
from shared.persistence.unit_of_work import UnitOfWork


class Repository(MessagingRepository):
    """Intake's database inside one unit of work."""

    inbox = Inbox
    outbox = Outbox

    async def orders(self, order_ids: Collection[str]) -> dict[str, Order]:
        """Orders by id, locked for change where the database has row locks; absent ones are left out."""
        found = select(Order).where(col(Order.order_id).in_(order_ids)).with_for_update()
        return {order.order_id: order for order in await self._session.scalars(found)}

    async def legs_of(self, order_ids: Collection[str]) -> dict[str, list[Leg]]:
        """Legs of orders, by order, in sequence."""
        found = select(Leg).where(col(Leg.order_id).in_(order_ids)).order_by(col(Leg.round), col(Leg.position))
        legs: dict[str, list[Leg]] = {order_id: [] for order_id in order_ids}
        for leg in await self._session.scalars(found):
            legs[leg.order_id].append(leg)
        return legs

    async def door_keys(self, keys: Collection[str]) -> dict[str, DoorKey]:
        """Idempotency keys that were used already."""
        found = select(DoorKey).where(col(DoorKey.key).in_(keys))
        return {door_key.key: door_key for door_key in await self._session.scalars(found)}

    async def external_ids(self, ids: Collection[str]) -> Mapping[str, str]:
        """Imported ids that are recorded already, with the order each became."""
        found = select(ExternalId).where(col(ExternalId.external_id).in_(ids))
        return {row.external_id: row.order_id for row in await self._session.scalars(found)}

    async def contact(self, order_id: str) -> OrderContact | None:
        """The sealed contact of an order."""
        return await self._session.get(OrderContact, order_id)

    def add(self, *rows: IntakeTable) -> None:
        """Have rows inserted with this unit."""
        self._session.add_all(rows)

    async def add_in_order(self, *generations: Sequence[IntakeTable]) -> None:
        """Insert rows, those that others refer to first."""
        for rows in generations:
            self._session.add_all(rows)
            await self._session.flush()


Unit = UnitOfWork[Repository]
"""A unit of work of intake."""
