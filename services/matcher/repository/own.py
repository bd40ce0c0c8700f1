"""Public cards, addresses of calendars and certificates in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import Assignment, CalendarFeed, Certificate, Dispatch, PublicCard
from services.matcher.policies.acceptance import AssignmentState

Own = TypeVar("Own", PublicCard, CalendarFeed)


class OwnRepository:
    """The part of the repository that knows what volunteers make of their own."""

    _session: AsyncSession

    async def public_cards(self, volunteer_ids: Collection[str]) -> dict[str, PublicCard]:
        """The cards of these volunteers, as far as they show one."""
        return await self._each(PublicCard, volunteer_ids)

    async def calendar_feeds(self, volunteer_ids: Collection[str]) -> dict[str, CalendarFeed]:
        """The feeds of these volunteers, as far as they have one."""
        return await self._each(CalendarFeed, volunteer_ids)

    def keep_own(self, own: PublicCard | CalendarFeed | Certificate) -> None:
        """Save one."""
        self._session.add(own)

    async def drop_public_card(self, volunteer_id: str) -> None:
        """Nobody sees it any more."""
        await self._session.execute(delete(PublicCard).where(col(PublicCard.volunteer_id) == volunteer_id))

    async def drop_calendar_feed(self, volunteer_id: str) -> None:
        """Its address opens nothing any more."""
        await self._session.execute(delete(CalendarFeed).where(col(CalendarFeed.volunteer_id) == volunteer_id))

    async def certificates_of(self, volunteer_id: str) -> Sequence[Certificate]:
        """What was issued to somebody."""
        rows = select(Certificate).where(col(Certificate.volunteer_id) == volunteer_id)
        return (await self._session.scalars(rows)).all()

    async def completed_by(self, volunteer_id: str, since: datetime, before: datetime) -> list[tuple[str, int]]:
        """Service and minutes of each assignment somebody completed from ``since``, up to and without ``before``."""
        rows = (
            select(col(Dispatch.service), func.coalesce(col(Assignment.minutes), 0))
            .join(Dispatch, col(Dispatch.order_id) == col(Assignment.order_id))
            .where(col(Assignment.volunteer_id) == volunteer_id)
            .where(col(Assignment.state) == AssignmentState.COMPLETED.value)
            .where(col(Assignment.ended_at) >= since, col(Assignment.ended_at) < before)
        )
        return [(service, minutes) for service, minutes in await self._session.execute(rows)]

    async def _each(self, table: type[Own], volunteer_ids: Collection[str]) -> dict[str, Own]:
        rows = select(table).where(col(table.volunteer_id).in_(sorted(volunteer_ids)))
        fresh = await self._session.scalars(rows.execution_options(populate_existing=True))
        return {one.volunteer_id: one for one in fresh}
