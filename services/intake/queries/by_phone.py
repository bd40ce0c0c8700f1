"""The orders of one phone: those it was given for, and those its owner joined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.intake.models import Order, OrderContact, Resident
from services.intake.queries.concerned import where_it_is
from shared.contracts.words import OrderState
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

MOST = 50
"""So many orders are shown, the newest: a firm may have placed thousands."""


@dataclass(frozen=True)
class OrderOfPhone:
    """One order as whoever has the phone knows it. ``person_id``: whose tracking token opens it; ``goes_on_under``: the
    number under which it goes on, once it was merged."""

    person_id: str
    reference: str
    service: str
    state: str
    placed_at: datetime
    goes_on_under: str | None = None


class OrdersByPhone:
    """Finds orders by the keyed hash of a phone."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def print_of(self, phone: str) -> str:
        """The keyed hash by which the orders of a mobile number (E.164) are found."""
        return self._vault.fingerprint(phone)

    async def with_any(self, phone_print: str) -> str | None:
        """The same print when its phone has any order, else None."""
        own = select(col(OrderContact.order_id)).where(col(OrderContact.phone_print) == phone_print)
        joined = select(col(Resident.resident_id)).where(_stays(phone_print))
        async with self._database.reading() as session:
            found = await session.scalar(own.limit(1)) or await session.scalar(joined.limit(1))
        return phone_print if found is not None else None

    async def of(self, phone_print: str) -> list[OrderOfPhone]:
        """The orders of a phone, the newest first, at most ``MOST``. Who left somebody else's order has it no more."""
        own = (
            select(Order)
            .join(OrderContact, col(OrderContact.order_id) == col(Order.order_id))
            .where(col(OrderContact.phone_print) == phone_print)
            .order_by(col(Order.placed_at).desc(), col(Order.order_id).desc())
        )
        joined = (
            select(col(Resident.resident_id), Order)
            .join(Order, col(Order.order_id) == col(Resident.order_id))
            .where(_stays(phone_print))
            .order_by(col(Order.placed_at).desc(), col(Order.order_id).desc())
        )
        async with self._database.reading() as session:
            orders = [await _owned(session, order) for order in await session.scalars(own.limit(MOST))]
            mine = {one.person_id for one in orders}
            rows = [(who, order) for who, order in await session.execute(joined.limit(MOST))]
            orders += [_shown(who, order) for who, order in rows if who not in mine]
        return _newest(orders)


def _stays(phone_print: str) -> ColumnElement[bool]:
    return (col(Resident.phone_print) == phone_print) & col(Resident.left_at).is_(None)


async def _owned(session: AsyncSession, order: Order) -> OrderOfPhone:
    """An own order, as it stands for who ordered: where the matter is now, and over once they withdrew."""
    now_at = await where_it_is(session, order)
    left = order.owner_left_at is not None
    if now_at is not order:
        there = await session.get(Resident, order.order_id)
        left = left or there is None or there.left_at is not None
    return OrderOfPhone(
        order.order_id,
        order.reference,
        order.service,
        OrderState.CANCELLED.value if left else now_at.state,
        order.placed_at,
        now_at.reference if now_at is not order else None,
    )


def _shown(person_id: str, order: Order) -> OrderOfPhone:
    return OrderOfPhone(person_id, order.reference, order.service, order.state, order.placed_at)


def _newest(orders: Iterable[OrderOfPhone]) -> list[OrderOfPhone]:
    return sorted(orders, key=lambda one: (one.placed_at, one.person_id), reverse=True)[:MOST]
