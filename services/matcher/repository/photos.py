"""Photos in the database. A use case loads no picture: it changes what is known of one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import col

from services.matcher.models import Photo

_NO_PICTURE = defer(cast("QueryableAttribute[bytes]", Photo.picture))


class PhotoRepository:
    """The part of the repository that knows photos."""

    _session: AsyncSession

    async def photos_of(self, assignment_ids: Collection[str]) -> dict[str, list[Photo]]:
        """The photos of these assignments, without the pictures, the oldest first."""
        rows = select(Photo).where(col(Photo.assignment_id).in_(assignment_ids)).order_by(col(Photo.photo_id))
        found: dict[str, list[Photo]] = {assignment_id: [] for assignment_id in assignment_ids}
        for photo in await self._session.scalars(rows.options(_NO_PICTURE)):
            found[photo.assignment_id].append(photo)
        return found

    def keep_photo(self, photo: Photo) -> None:
        """Save a photo."""
        self._session.add(photo)

    async def drop_unreported(self, photo_ids: Collection[str], before: datetime) -> None:
        """Delete those of these photos that no report names and that came before then."""
        old = delete(Photo).where(col(Photo.photo_id).in_(photo_ids), col(Photo.kept_at) <= before)
        await self._session.execute(old.where(col(Photo.reported_at).is_(None)))
