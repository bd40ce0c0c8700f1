"""Loads and saves of who holds a coordinator's office."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import Incumbent


class IncumbentRepository:
    """The part of the repository that knows the offices; there are hundreds, and a list replaces them all."""

    _session: AsyncSession

    async def incumbents(self) -> dict[str, Incumbent]:
        """Every office that is held, by the coordinator's id."""
        found = await self._session.scalars(select(Incumbent).execution_options(populate_existing=True))
        return {incumbent.coordinator_id: incumbent for incumbent in found}

    async def seat(self, incumbents: Collection[Incumbent]) -> None:
        """These hold their offices from now on."""
        for incumbent in incumbents:
            await self._session.merge(incumbent)
        await self._session.flush()

    async def unseat(self, coordinator_ids: Collection[str]) -> None:
        """Nobody is known in these offices any more."""
        await self._session.execute(delete(Incumbent).where(col(Incumbent.coordinator_id).in_(sorted(coordinator_ids))))
