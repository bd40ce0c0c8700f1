"""Forgetting at matcher: the sealed words of an order, and what is personal about a volunteer."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import Assignment, Dispatch, Extension, Incident, Leg, Photo, Referral, Session, Volunteer

ERASED = "erased:"
"""Where a phone's fingerprint was: no phone has this one, so nobody signs in by it."""


class ForgettingRepository:
    """The part of the repository that lets go."""

    _session: AsyncSession

    async def ended(self, order_ids: Collection[str]) -> dict[str, bool]:
        """Which of these orders matcher knows, and whether each has ended."""
        found = await self._session.scalars(select(Dispatch).where(col(Dispatch.order_id).in_(order_ids)))
        return {dispatch.order_id: dispatch.ended for dispatch in found}

    async def forget_words(self, order_id: str, nothing: bytes) -> None:
        """Every sealed word and photo of an order; ``nothing`` is sealed where a column has to hold something."""
        emptied = (
            (Assignment, {"report": None, "note": None, "confidential_note": None}),
            (Leg, {"report": None}),
            (Dispatch, {"note": None, "parties": None}),
            (Referral, {"note": None}),
            (Extension, {"reason": nothing}),
            (Incident, {"words": None, "answer": None}),
        )
        for table, columns in emptied:
            await self._session.execute(update(table).where(col(table.order_id) == order_id).values(columns))
        await self._session.execute(delete(Photo).where(col(Photo.order_id) == order_id))

    async def forget_sessions(self, volunteer_id: str) -> None:
        """Sign a volunteer out everywhere."""
        await self._session.execute(delete(Session).where(col(Session.subject) == volunteer_id))

    async def erased_volunteers(self) -> set[str]:
        """Whom this database knows to be erased."""
        found = select(col(Volunteer.volunteer_id)).where(col(Volunteer.phone_fingerprint).startswith(ERASED))
        return set(await self._session.scalars(found))
