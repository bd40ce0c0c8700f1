"""Orders that were one: what was divided from what."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.intake.models import Order


class Relation(StrEnum):
    """How another order belongs to this one: this was made from it, or it from this."""

    FROM = "from"
    INTO = "into"


class RelatedView(BaseModel):
    """Another order of the same resident, and how it belongs to this one."""

    order_id: str
    reference: str
    relation: Relation


async def related_to(session: AsyncSession, order: Order) -> list[RelatedView]:
    """Where an order came from, then what was made from it, the oldest first."""
    others = col(Order.split_from) == order.order_id
    if order.split_from is not None:
        others = or_(others, col(Order.order_id) == order.split_from)
    found = select(col(Order.order_id), col(Order.reference)).where(others).order_by(col(Order.order_id))
    return [
        RelatedView(
            order_id=row.order_id,
            reference=row.reference,
            relation=Relation.FROM if row.order_id == order.split_from else Relation.INTO,
        )
        for row in await session.execute(found)
    ]
