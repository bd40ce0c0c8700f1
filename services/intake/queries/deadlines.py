"""What falls due at intake, the oldest first. Reading only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from services.intake.models import Call, Order
from services.intake.models.orders import DONE_ROWS
from shared.contracts.words import NextStep
from shared.persistence.engine import Database

_IS_LAPSING = (
    DONE_ROWS.of(col(Order.state)),
    col(Order.next_step) == NextStep.REVIEW.value,
    col(Order.remind_at).is_(None),
)
"""Waits for its review, and every reminder was sent."""


class Deadlines:
    """Finds what a clock has to do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due_reminders(self, now: datetime, most: int) -> list[str]:
        """Ids of orders whose resident is to be reminded of the review."""
        due = select(col(Order.order_id)).where(col(Order.remind_at) <= now).order_by(col(Order.remind_at)).limit(most)
        async with self._database.reading() as session:
            return list(await session.scalars(due))

    async def due_reviews(self, now: datetime, most: int) -> list[str]:
        """Ids of served orders whose review deadline has passed."""
        due = select(col(Order.order_id)).where(*_IS_LAPSING, col(Order.due_at) <= now)
        async with self._database.reading() as session:
            return list(await session.scalars(due.order_by(col(Order.due_at)).limit(most)))

    async def due_calls(self, now: datetime, most: int) -> list[tuple[str, str]]:
        """Order and id of open calls that nobody made in time."""
        due = select(col(Call.order_id), col(Call.call_id)).where(col(Call.ended_at).is_(None), col(Call.due_at) <= now)
        async with self._database.reading() as session:
            found = await session.execute(due.order_by(col(Call.due_at)).limit(most))
            return [(row.order_id, row.call_id) for row in found]

    async def next_due(self) -> datetime | None:
        """When the next of all these falls due."""
        firsts = (
            select(func.min(col(Order.remind_at))).where(col(Order.remind_at).is_not(None)),
            select(func.min(col(Order.due_at))).where(*_IS_LAPSING),
            select(func.min(col(Call.due_at))).where(col(Call.ended_at).is_(None)),
        )
        async with self._database.reading() as session:
            found = [await session.scalar(first) for first in firsts]
        return min((at for at in found if at is not None), default=None)
