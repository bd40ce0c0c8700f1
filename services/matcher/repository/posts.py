"""Posts, claims and units in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import Claim, MatcherTable, Post, Unit
from services.matcher.policies.claims import ClaimState

CHUNK = 5000
"""Parameters a statement takes at most; both databases take several times as many."""


class PostRepository:
    """The part of the repository that knows posts, who claims them, and units.

    Whoever claims or releases holds the roster's row (``raise_revision``), so places are counted one unit of work
    after the other, on both databases.
    """

    _session: AsyncSession

    async def save_posts(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add and update posts, columns by name."""
        await self._upsert(Post, rows, "post_id")

    async def note_idle(self, now: datetime, post_ids: Collection[str] | None = None) -> None:
        """Note since when these posts (all of them, without ids) have had a place left."""
        await self._session.flush()
        taken = select(func.count()).where(col(Claim.post_id) == col(Post.post_id)).scalar_subquery()
        idle = case((taken < col(Post.headcount), func.coalesce(col(Post.idle_since), now)), else_=None)
        statement = update(Post).values(idle_since=idle).execution_options(synchronize_session=False)
        if post_ids is not None:
            statement = statement.where(col(Post.post_id).in_(post_ids))
        await self._session.execute(statement)

    async def places_taken(self, post_ids: Collection[str]) -> dict[str, int]:
        """How many claims each of these posts has, waiting ones included; none is 0."""
        rows = (
            select(col(Claim.post_id), func.count())
            .where(col(Claim.post_id).in_(post_ids))
            .group_by(col(Claim.post_id))
        )
        return dict.fromkeys(post_ids, 0) | dict((await self._session.execute(rows)).all())

    async def claims_at(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Claim]:
        """Claims by post and volunteer."""
        rows = select(Claim).where(tuple_(col(Claim.post_id), col(Claim.volunteer_id)).in_(list(places)))
        return {(claim.post_id, claim.volunteer_id): claim for claim in await self._session.scalars(rows)}

    async def claims_of(self, volunteer_ids: Sequence[str]) -> dict[str, dict[str, bool]]:
        """Claimed posts by volunteer, and whether each was vetted."""
        claims: dict[str, dict[str, bool]] = {}
        for start in range(0, len(volunteer_ids), CHUNK):
            rows = select(col(Claim.volunteer_id), col(Claim.post_id), col(Claim.vetted)).where(
                col(Claim.volunteer_id).in_(volunteer_ids[start : start + CHUNK])
            )
            for volunteer_id, post_id, vetted in await self._session.execute(rows):
                claims.setdefault(volunteer_id, {})[post_id] = vetted
        return claims

    async def claim(self, claim: Claim) -> None:
        """Somebody takes a place."""
        self._session.add(claim)
        await self._session.flush()

    async def unclaim(self, claim: Claim) -> None:
        """The place is free again."""
        await self._session.delete(claim)
        await self._session.flush()

    async def save_claims(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add claims, columns by name; one that is there keeps its time, and is never less than it was."""
        held = ClaimState.HELD.value

        def kept(excluded: Any) -> dict[str, Any]:
            return {
                "vetted": col(Claim.vetted) | excluded["vetted"],
                "state": case((col(Claim.state) == held, held), else_=excluded["state"]),
            }

        await self._upsert(Claim, rows, "post_id", "volunteer_id", changed=kept)

    async def hold_back(self, post_ids: Iterable[str]) -> None:
        """Claims of posts that need vetting wait for it, if nobody has vetted them."""
        await self._session.execute(
            update(Claim)
            .where(col(Claim.post_id).in_(list(post_ids)), col(Claim.vetted).is_(False))
            .values(state=ClaimState.WAITING.value)
            .execution_options(synchronize_session=False)
        )

    async def units(self) -> dict[str, Unit]:
        """Every unit by its id."""
        rows = select(Unit).order_by(col(Unit.unit_id)).execution_options(populate_existing=True)
        return {unit.unit_id: unit for unit in await self._session.scalars(rows)}

    async def save_units(self, rows: Sequence[Mapping[str, Any]], imported_at: datetime | None) -> None:
        """Add and update units, columns by name. Without ``imported_at`` they are the definition's, which leaves
        alone what a roster has said.
        """
        stamped = [{**row, "imported_at": imported_at} for row in rows]
        where = col(Unit.imported_at).is_(None) if imported_at is None else None
        await self._upsert(Unit, stamped, "unit_id", where=where)

    async def _upsert(
        self,
        table: type[MatcherTable],
        rows: Sequence[Mapping[str, Any]],
        *keys: str,
        at_first: Mapping[str, Any] | None = None,
        changed: Any = None,
        where: Any = None,
    ) -> None:
        """Columns in ``at_first`` are set for new rows and left alone in others. ``changed``: what becomes of a row
        that is there, from what it would have been; ``where``: only of such rows.
        """
        if not rows:
            return
        insert = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        statement = insert(table)
        every = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        set_ = changed(statement.excluded) if changed else every
        upsert = statement.on_conflict_do_update(index_elements=keys, set_=set_, where=where)
        await (await self._session.connection()).execute(upsert, [{**row, **(at_first or {})} for row in rows])
