"""How often somebody looked at an order's words or was given its contact, for those whose they are: by role, no names.

Read from the audit, so it reaches back as far as that is kept (``PAIDAN_AUDIT_DAYS``).
"""

from __future__ import annotations

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.intake.models import Audited
from shared.contracts.audit import Verdict, What

_LOOKS = (What.READ, What.REVEALED, What.FETCHED)


class LookView(BaseModel):
    """So many ``times`` somebody in this ``role`` did it: ``read`` the words, contacts masked; had a contact
    ``revealed`` for a reason; ``fetched`` it to serve the order."""

    what: str
    role: str
    times: int


async def looks(session: AsyncSession, order_id: str) -> list[LookView]:
    """Every kind of look that was let, by verb and role."""
    columns = col(Audited.what), col(Audited.role)
    found = (
        select(*columns, func.count())
        .where(col(Audited.order_id) == order_id, col(Audited.verdict) == Verdict.ALLOWED.value)
        .where(col(Audited.what).in_([what.value for what in _LOOKS]))
        .group_by(*columns)
        .order_by(*columns)
    )
    return [LookView(what=what, role=role, times=times) for what, role, times in await session.execute(found)]
