"""Where the order with a number lies."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from services.matcher.models import Dispatch
from services.matcher.queries.looking import Looking


class ReferenceQueries(Looking):
    """Finds orders by their number."""

    async def grid_of(self, reference: str) -> str | None:
        """The grid of an order; None when matcher has not heard of it."""
        async with self._looking() as session:
            grid: str | None = await session.scalar(
                select(col(Dispatch.grid)).where(col(Dispatch.reference) == reference)
            )
            return grid
