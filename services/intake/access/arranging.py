"""What coordinators arrange for residents, for JSON doors and pages alike."""

from __future__ import annotations

from pydantic import BaseModel

from services.intake.access.doors import Doors
from services.intake.commands import CorrectService, SetWindow, SplitOrder
from services.intake.queries import OrderFound
from services.intake.queries.desk import DeskOrderView
from services.intake.use_cases.arranging import Split, Timed
from services.intake.use_cases.teaching import Teach
from shared.identity.acting import who_of
from shared.identity.tokens import Caller
from shared.observability.tracing import current_traceparent


class SplitView(BaseModel):
    """The order that was made. Its tracking token is the resident's alone."""

    order_id: str
    reference: str


async def set_window(doors: Doors, found: OrderFound, wish: SetWindow, caller: Caller) -> DeskOrderView:
    """Change when the resident is served. Raises as ``Timing.set_windows`` refuses."""
    await doors.use_cases.writer.do(doors.use_cases.timing.set_windows, Timed(found.order_id, wish, who_of(caller)))
    return await doors.desk_view(found)


async def split_order(
    doors: Doors, found: OrderFound, wish: SplitOrder, caller: Caller, key: str | None = None
) -> SplitView:
    """Make a second order. Raises as ``Splitting.split_orders`` refuses."""
    split = Split(found.order_id, wish, who_of(caller), key, current_traceparent())
    placed = await doors.use_cases.writer.do(doors.use_cases.splitting.split_orders, split)
    return SplitView(order_id=placed.order.order_id, reference=placed.order.reference)


async def correct_service(doors: Doors, found: OrderFound, wish: CorrectService, caller: Caller) -> DeskOrderView:
    """Learn which service the words asked for. Raises as ``Teaching.correct_services`` refuses."""
    lesson = Teach(found.order_id, wish.service, who_of(caller))
    await doors.use_cases.writer.do(doors.use_cases.teaching.correct_services, lesson)
    return await doors.desk_view(found)
