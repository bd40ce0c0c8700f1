"""The roster in the database: its revisions, upserts of whole lists, and what the index of candidates is made from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import CURRENT, Roster, Volunteer
from services.matcher.repository.posts import CHUNK, PostRepository

KNOWN = (
    col(Volunteer.volunteer_id),
    col(Volunteer.sealed),
    col(Volunteer.capacity),
    col(Volunteer.on_duty),
    col(Volunteer.daily_offers),
    col(Volunteer.urgent_at_work),
    col(Volunteer.left_at),
    col(Volunteer.suspended_at),
)
"""What the index of candidates knows of a volunteer, claims apart."""


class RosterRepository(PostRepository):
    """The part of the repository that knows the roster.

    ``raised``: the revision this unit of work has raised the roster to, 0 while it has not. Until the unit is
    committed nobody else may rely on it.
    """

    _session: AsyncSession
    raised: int = 0

    async def revision(self) -> int:
        """The revision of the roster as this unit sees it; 0 while there is none."""
        return await self._session.scalar(select(col(Roster.revision))) or 0

    async def raise_revision(self, now: datetime) -> int:
        """The next revision, once a unit of work: volunteers it changes are stamped with it. The row stays locked
        until the commit, so revisions become visible in order and changes of the roster come one after the other.
        """
        if not self.raised:
            insert = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
            first = {"name": CURRENT, "version": "", "imported_at": now, "imported_by": "", "revision": 1}
            statement = insert(Roster).values(first)
            raised = statement.on_conflict_do_update(
                index_elements=["name"], set_={"revision": col(Roster.revision) + 1}
            ).returning(col(Roster.revision))
            self.raised = (await self._session.execute(raised)).scalar_one()
        return self.raised

    async def stamp(self, volunteer_ids: Collection[str], revision: int) -> None:
        """These volunteers, or claims of theirs, changed."""
        await self._session.execute(
            update(Volunteer)
            .where(col(Volunteer.volunteer_id).in_(sorted(volunteer_ids)))
            .values(revision=revision)
            .execution_options(synchronize_session=False)
        )

    async def volunteers(self, volunteer_ids: Collection[str]) -> dict[str, Volunteer]:
        """Volunteers by id, as they are now."""
        found: dict[str, Volunteer] = {}
        ids = sorted(volunteer_ids)
        for start in range(0, len(ids), CHUNK):
            rows = select(Volunteer).where(col(Volunteer.volunteer_id).in_(ids[start : start + CHUNK]))
            fresh = await self._session.scalars(rows.execution_options(populate_existing=True))
            found |= {volunteer.volunteer_id: volunteer for volunteer in fresh}
        return found

    async def changed_since(self, revision: int, after: str, most: int) -> Sequence[Row[*tuple[Any, ...]]]:
        """Volunteers changed by a later revision, ``most`` of them, by id after ``after``: the columns of ``KNOWN``."""
        rows = select(*KNOWN).where(col(Volunteer.volunteer_id) > after)
        if revision:
            rows = rows.where(col(Volunteer.revision) > revision)
        return (await self._session.execute(rows.order_by(col(Volunteer.volunteer_id)).limit(most))).all()

    async def known(self, volunteer_ids: Collection[str]) -> Sequence[Row[*tuple[Any, ...]]]:
        """The same of these volunteers, as far as the roster has them."""
        ids = sorted(volunteer_ids)
        rows: list[Row[*tuple[Any, ...]]] = []
        for start in range(0, len(ids), CHUNK):
            named = select(*KNOWN).where(col(Volunteer.volunteer_id).in_(ids[start : start + CHUNK]))
            rows += (await self._session.execute(named)).all()
        return rows

    async def fingerprints(self) -> dict[str, str]:
        """Who has which phone: volunteer ids by fingerprint."""
        rows = select(col(Volunteer.phone_fingerprint), col(Volunteer.volunteer_id))
        return dict((await self._session.execute(rows)).all())

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
        at_first = {"held": 0, "served_minutes": 0, "asked": 0, "asked_today": 0}
        await self._upsert(Volunteer, rows, "volunteer_id", at_first=at_first)

    async def save_roster(self, version: str, now: datetime, by: str) -> None:
        """The database has a new roster."""
        await self._session.execute(
            update(Roster)
            .values(version=version, imported_at=now, imported_by=by)
            .execution_options(synchronize_session=False)
        )
