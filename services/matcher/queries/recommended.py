"""The recommended, with the names by which a coordinator knows them."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import col

from services.matcher.models import Volunteer
from services.matcher.models.personal import Personal
from services.matcher.policies.recommending import Recommended, Speaking
from services.matcher.queries.looking import Looking
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class RecommendedView(BaseModel):
    """Somebody a leg could be given to. ``nearness``: steps of distance by the tree, the fewer the nearer; ``hours``:
    served so far. When they were asked last is not told: together with who has the leg it would tell what they said.
    """

    volunteer_id: str
    name: str
    reasons: list[Speaking]
    nearness: int
    hours: float


class RecommendedQueries(Looking):
    """Reads names. Raises ``Unavailable``."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database)
        self._vault = vault

    async def named(self, people: Sequence[Recommended]) -> list[RecommendedView]:
        """The same people in the same order, named; who left the roster meanwhile is left out."""
        rows = select(col(Volunteer.volunteer_id), col(Volunteer.sealed))
        rows = rows.where(col(Volunteer.volunteer_id).in_([one.volunteer_id for one in people]))
        sealed = {row.volunteer_id: row.sealed for row in await self._all(rows)} if people else {}
        return [
            RecommendedView(
                volunteer_id=one.volunteer_id,
                name=Personal.opened(self._vault, one.volunteer_id, sealed[one.volunteer_id]).name,
                reasons=list(one.reasons),
                nearness=one.nearness,
                hours=round(one.minutes / 60, 1),
            )
            for one in people
            if one.volunteer_id in sealed
        ]
