"""Sent rosters, to whoever sent them; for everybody else there is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import QueryableAttribute, defer
from sqlalchemy.orm.interfaces import ORMOption
from sqlmodel import col

from services.matcher.models import RosterDraft
from services.matcher.queries.looking import Looking
from services.matcher.queries.roster_views import RosterView
from shared.contracts.refusal import NotFound
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class DraftView(BaseModel):
    """A sent roster, without what is in it; ``became``: what its import did, None before."""

    draft_id: str
    suffix: str
    kept_at: datetime
    imported_at: datetime | None
    became: RosterView | None


class DraftQueries(Looking):
    """Reads sent rosters. Raises ``Unavailable``."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database)
        self._vault = vault

    async def of(self, draft_id: str, by: str) -> DraftView:
        """A coordinator's own. Raises ``NotFound``."""
        draft = await self._draft(draft_id, by, defer(cast("QueryableAttribute[bytes]", RosterDraft.sealed)))
        became = RosterView(
            volunteers=draft.created + draft.updated, created=draft.created, updated=draft.updated, units=draft.units
        )
        return DraftView(
            draft_id=draft_id,
            suffix=draft.suffix,
            kept_at=draft.kept_at,
            imported_at=draft.imported_at,
            became=became if draft.imported_at else None,
        )

    async def content(self, draft_id: str, by: str) -> bytes:
        """What is in it, empty once it is imported. Raises ``NotFound``."""
        draft = await self._draft(draft_id, by)
        return self._vault.open_bytes(draft_id, draft.sealed) if draft.sealed else b""

    async def _draft(self, draft_id: str, by: str, *options: ORMOption) -> RosterDraft:
        async with self._looking() as session:
            draft = await session.get(RosterDraft, draft_id, options=options)
        if draft is None or draft.by != by:
            raise NotFound
        return draft

    async def old(self, before: datetime, most: int) -> Sequence[str]:
        """Those sent before then."""
        rows = select(col(RosterDraft.draft_id)).where(col(RosterDraft.kept_at) <= before)
        return [one for (one,) in await self._all(rows.order_by(col(RosterDraft.kept_at)).limit(most))]
