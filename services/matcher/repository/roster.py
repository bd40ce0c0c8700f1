"""The roster in the database: upserts of whole lists, and what directories are made from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import CURRENT, Claim, MatcherTable, Post, Roster, Volunteer

CHUNK = 5000
"""Parameters a statement takes at most; both databases take several times as many."""


class RosterRepository:
    """The part of the repository that knows the roster."""

    _session: AsyncSession

    async def roster_version(self) -> str:
        """Which roster is in the database; empty while there is none."""
        return await self._session.scalar(select(col(Roster.version))) or ""

    async def sealed_members(self) -> Sequence[tuple[str, bytes]]:
        """Every volunteer's id and sealed fields, in the order of the roster."""
        rows = select(col(Volunteer.volunteer_id), col(Volunteer.sealed)).order_by(col(Volunteer.position))
        return (await self._session.execute(rows)).all()

    async def claims(self) -> dict[str, dict[str, bool]]:
        """Claimed posts by volunteer, and whether each was vetted."""
        claims: dict[str, dict[str, bool]] = {}
        rows = select(col(Claim.volunteer_id), col(Claim.post_id), col(Claim.vetted))
        for volunteer_id, post_id, vetted in await self._session.execute(rows):
            claims.setdefault(volunteer_id, {})[post_id] = vetted
        return claims

    async def fingerprints(self) -> dict[str, str]:
        """Who has which phone: volunteer ids by fingerprint."""
        rows = select(col(Volunteer.phone_fingerprint), col(Volunteer.volunteer_id))
        return dict((await self._session.execute(rows)).all())

    async def save_posts(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add and update posts, columns by name."""
        await self._upsert(Post, rows, "post_id")

    async def save_volunteers(self, rows: Sequence[Mapping[str, Any]], moving: Collection[str]) -> None:
        """Add and update volunteers, columns by name. ``moving``: whose phone number changes.

        Numbers may be swapped within one roster, so those that change are put aside first: the unique index is
        checked row by row.
        """
        ids = list(moving)
        for start in range(0, len(ids), CHUNK):
            await self._session.execute(
                update(Volunteer)
                .where(col(Volunteer.volunteer_id).in_(ids[start : start + CHUNK]))
                .values(phone_fingerprint="moving:" + col(Volunteer.volunteer_id))
                .execution_options(synchronize_session=False)
            )
        served = {"held": 0, "served_minutes": 0}
        await self._upsert(Volunteer, rows, "volunteer_id", at_first=served)

    async def save_claims(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add and update claims, columns by name."""
        await self._upsert(Claim, rows, "post_id", "volunteer_id")

    async def save_roster(self, version: str, now: datetime, by: str) -> None:
        """The database has a new roster."""
        row = {"name": CURRENT, "version": version, "imported_at": now, "imported_by": by}
        await self._upsert(Roster, [row], "name")

    async def _upsert(
        self,
        table: type[MatcherTable],
        rows: Sequence[Mapping[str, Any]],
        *keys: str,
        at_first: Mapping[str, Any] | None = None,
    ) -> None:
        """Columns in ``at_first`` are set for new rows and left alone in others."""
        if not rows:
            return
        insert = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        statement = insert(table)
        changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        upsert = statement.on_conflict_do_update(index_elements=keys, set_=changed)
        await (await self._session.connection()).execute(upsert, [{**row, **(at_first or {})} for row in rows])
