"""Which codes of the definition open orders still name. Reading only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from services.intake.models import Call, Leg, Order
from services.intake.models.orders import OPEN_ROWS
from shared.community.editing import Named
from shared.contracts.words import OrderState, Role
from shared.persistence.engine import Database

_OPEN = OPEN_ROWS.of(col(Order.state))
_OPEN_ONES = select(col(Order.order_id)).where(_OPEN)


async def named(database: Database) -> Named:
    """What intake's rows name. Raises ``SQLAlchemyError`` or ``OSError`` when the database cannot be asked."""

    async with database.reading() as session:

        async def counted(code: Any, *conditions: Any) -> dict[str, int]:
            found = select(code, func.count()).where(code.is_not(None), *conditions).group_by(code)
            return {str(one): int(count) for one, count in await session.execute(found)}

        held = col(Order.holder_role) == Role.COORDINATOR.value
        of_an_open_leg = (col(Leg.order_id).in_(_OPEN_ONES), col(Leg.state) != OrderState.DONE.value)
        desks = await counted(col(Order.holder_area), _OPEN, held)
        for area, count in (await counted(col(Call.area), col(Call.ended_at).is_(None))).items():
            desks[area] = max(count, desks.get(area, 0))
        return Named(
            areas=await counted(col(Order.grid), _OPEN),
            desks=desks,
            services=await counted(col(Order.service), _OPEN),
            skills=await counted(col(Leg.post), *of_an_open_leg),
        )
