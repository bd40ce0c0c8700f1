"""A volunteer stands aside from a matter of people they know (回避): no refusal, and for good."""

from __future__ import annotations

from services.matcher.models import Exclusion, WholeDispatch
from services.matcher.repository import Unit


async def stand_aside(uow: Unit, whole: WholeDispatch, volunteer_id: str) -> None:
    """The volunteer has no part in the order any more, by their own word; nobody has to say why."""
    whole.excluded.add(volunteer_id)
    row = Exclusion(order_id=whole.dispatch.order_id, volunteer_id=volunteer_id, by=volunteer_id, at=uow.now)
    await uow.repository.exclude(row)
