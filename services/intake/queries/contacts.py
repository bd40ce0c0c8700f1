"""Whom to reach about an order: who ordered it, as long as they want it, else who joined first and stayed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.intake.models import Order, OrderContact, Resident
from shared.contracts.words import Part
from shared.persistence.vault import Vault


async def contact_for(
    session: AsyncSession, vault: Vault, order: Order, resident_id: str | None = None
) -> dict[str, Any]:
    """Whom those who serve an order, and those who call about it, turn to: ``name`` and ``phone`` as they were sealed,
    and what else was said about who ordered; empty where nobody is known. ``resident_id``: that one of those concerned.
    """
    if resident_id is not None:
        concerned = await session.get(Resident, resident_id)
        if concerned is None or concerned.order_id != order.order_id or concerned.left_at is not None:
            return {}
        return vault.open_fields(order.order_id, concerned.sealed)
    if order.owner_left_at is not None:
        joined = (
            select(Resident)
            .where(col(Resident.order_id) == order.order_id, col(Resident.part) == Part.JOINED.value)
            .where(col(Resident.left_at).is_(None))
            .order_by(col(Resident.joined_at), col(Resident.resident_id))
        )
        first = await session.scalar(joined.limit(1))
        if first is not None:
            return vault.open_fields(order.order_id, first.sealed)
    contact = await session.get(OrderContact, order.order_id)
    return vault.open_fields(order.order_id, contact.sealed) if contact else {}
