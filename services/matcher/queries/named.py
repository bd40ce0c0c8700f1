"""Which codes of the definition open dispatches, volunteers and claims still name. Reading only."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from services.matcher.models import Claim, Dispatch, Incident, Leg, Volunteer
from services.matcher.models.incidents import UNANSWERED
from services.matcher.models.personal import Personal
from services.matcher.models.states import OPEN_ROWS
from services.matcher.policies.acceptance import LegState
from shared.community.editing import Named
from shared.contracts.words import Role
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

_OPEN = OPEN_ROWS.of(col(Dispatch.state))
_OPEN_ONES = select(col(Dispatch.order_id)).where(_OPEN)


async def named(database: Database, vault: Vault) -> Named:
    """What matcher's rows name. Raises ``SQLAlchemyError`` or ``OSError`` when the database cannot be asked."""
    async with database.reading() as session:

        async def counted(code: Any, *conditions: Any) -> dict[str, int]:
            found = select(code, func.count()).where(code.is_not(None), *conditions).group_by(code)
            return {str(one): int(count) for one, count in await session.execute(found)}

        here = select(col(Volunteer.volunteer_id), col(Volunteer.sealed)).where(col(Volunteer.left_at).is_(None))
        homes = Counter(Personal.opened(vault, who, sealed).home for who, sealed in await session.execute(here))
        of_an_open_leg = (col(Leg.order_id).in_(_OPEN_ONES), col(Leg.state) == LegState.OPEN.value)
        desks = await counted(col(Dispatch.desk_area), _OPEN)
        for area, count in (await counted(col(Incident.area), UNANSWERED)).items():
            desks[area] = max(count, desks.get(area, 0))
        return Named(
            areas=await counted(col(Dispatch.grid), _OPEN),
            desks=desks,
            homes=homes,
            services=await counted(col(Dispatch.service), _OPEN),
            skills=await counted(col(Leg.post), *of_an_open_leg),
            departments=await counted(
                col(Dispatch.holder_id), _OPEN, col(Dispatch.holder_role) == Role.DEPARTMENT.value
            ),
            posts=await counted(col(Claim.post_id)),
        )
