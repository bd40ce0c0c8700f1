"""Sent rosters in the database."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import RosterDraft


class DraftRepository:
    """The part of the repository that knows sent rosters."""

    _session: AsyncSession

    async def draft(self, draft_id: str) -> RosterDraft | None:
        """One of them, locked until the commit, so that it is imported once."""
        return await self._session.get(RosterDraft, draft_id, with_for_update=True, populate_existing=True)

    def keep_draft(self, draft: RosterDraft) -> None:
        """Save one."""
        self._session.add(draft)

    async def drop_drafts(self, draft_ids: Collection[str]) -> None:
        """Delete these."""
        await self._session.execute(delete(RosterDraft).where(col(RosterDraft.draft_id).in_(draft_ids)))
