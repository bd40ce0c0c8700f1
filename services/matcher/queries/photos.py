"""Photos of reports, to whoever may see them; for everybody else there is none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import Select, func, select
from sqlmodel import col

from services.matcher.models import Assignment, Dispatch, Leg, Photo
from services.matcher.queries.looking import Looking
from shared.contracts.refusal import NotFound
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class PhotoView(BaseModel):
    """A photo, without the picture. ``reported``: a report names it."""

    photo_id: str
    reported: bool


class PhotoQueries(Looking):
    """Reads photos. Raises ``Unavailable``."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database)
        self._vault = vault

    async def is_mine(self, assignment_id: str, volunteer_id: str) -> bool:
        """Whether an assignment is or was a volunteer's."""
        mine = select(col(Assignment.assignment_id)).where(col(Assignment.assignment_id) == assignment_id)
        return bool(await self._all(mine.where(col(Assignment.volunteer_id) == volunteer_id)))

    async def is_in(self, leg_id: str, areas: Collection[str]) -> bool:
        """Whether a leg is of an order in one of these areas."""
        here = select(col(Leg.leg_id)).join(Dispatch, col(Dispatch.order_id) == col(Leg.order_id))
        return bool(await self._all(here.where(col(Leg.leg_id) == leg_id, col(Dispatch.grid).in_(areas))))

    async def of_assignment(self, assignment_id: str, volunteer_id: str) -> list[PhotoView]:
        """Those of a volunteer's own assignment, the oldest first."""
        mine = self._known().join(Assignment, col(Assignment.assignment_id) == col(Photo.assignment_id))
        mine = mine.where(col(Assignment.volunteer_id) == volunteer_id)
        return await self._views(mine.where(col(Photo.assignment_id) == assignment_id))

    async def of_leg(self, leg_id: str, areas: Collection[str]) -> list[PhotoView]:
        """Those that reports about a leg in one of these areas name."""
        named = self._known().join(Assignment, col(Assignment.assignment_id) == col(Photo.assignment_id))
        named = named.join(Leg, col(Leg.leg_id) == col(Assignment.leg_id))
        named = named.join(Dispatch, col(Dispatch.order_id) == col(Photo.order_id))
        named = named.where(
            col(Leg.order_id) == col(Photo.order_id), col(Leg.leg_id) == leg_id, col(Dispatch.grid).in_(areas)
        )
        return await self._views(named.where(col(Photo.reported_at).is_not(None)))

    async def of_order(self, order_id: str) -> list[PhotoView]:
        """Those that reports about an order name."""
        named = self._known().where(col(Photo.order_id) == order_id, col(Photo.reported_at).is_not(None))
        return await self._views(named)

    async def for_volunteer(self, photo_id: str, volunteer_id: str) -> bytes:
        """A picture to whoever sent it. Raises ``NotFound``."""
        mine = self._pictures(photo_id).join(Assignment, col(Assignment.assignment_id) == col(Photo.assignment_id))
        return await self._picture(mine.where(col(Assignment.volunteer_id) == volunteer_id))

    async def for_areas(self, photo_id: str, areas: Collection[str]) -> bytes:
        """A picture a report names, to a coordinator of one of these areas. Raises ``NotFound``."""
        named = self._pictures(photo_id).join(Dispatch, col(Dispatch.order_id) == col(Photo.order_id))
        named = named.where(col(Dispatch.grid).in_(areas), col(Photo.reported_at).is_not(None))
        return await self._picture(named)

    async def for_order(self, photo_id: str, order_id: str) -> bytes:
        """A picture a report about this order names. Raises ``NotFound``."""
        named = self._pictures(photo_id).where(col(Photo.order_id) == order_id)
        return await self._picture(named.where(col(Photo.reported_at).is_not(None)))

    async def count_of(self, volunteer_id: str) -> int:
        """How many photos there are of a volunteer's assignments."""
        mine = select(func.count()).select_from(Photo)
        mine = mine.join(Assignment, col(Assignment.assignment_id) == col(Photo.assignment_id))
        return int((await self._all(mine.where(col(Assignment.volunteer_id) == volunteer_id)))[0][0])

    async def unfinished(self, before: datetime, most: int) -> Sequence[str]:
        """Photos that came before then and that no report names."""
        old = select(col(Photo.photo_id)).where(col(Photo.reported_at).is_(None), col(Photo.kept_at) <= before)
        return [one for (one,) in await self._all(old.order_by(col(Photo.kept_at)).limit(most))]

    def _known(self) -> Select[str, datetime | None]:
        return select(col(Photo.photo_id), col(Photo.reported_at)).order_by(col(Photo.photo_id))

    def _pictures(self, photo_id: str) -> Select[str, bytes]:
        return select(col(Photo.order_id), col(Photo.picture)).where(col(Photo.photo_id) == photo_id)

    async def _views(self, statement: Select[str, datetime | None]) -> list[PhotoView]:
        return [PhotoView(photo_id=one, reported=at is not None) for one, at in await self._all(statement)]

    async def _picture(self, statement: Select[str, bytes]) -> bytes:
        found = await self._all(statement)
        if not found:
            raise NotFound
        order_id, sealed = found[0]
        return self._vault.open_bytes(order_id, sealed)
