"""The call list: residents who read no messages, and what came of calling them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.intake.access import Doors
from services.intake.access.ending import calls_page, log_call, reveal_call
from services.intake.commands import LogCall
from services.intake.queries.calls import CallView, ToCallView
from services.intake.queries.desk import DeskOrderView
from shared.identity.tokens import Caller
from shared.web.paging import After, Limit, Page

Where = Annotated[str | None, Query(max_length=64, description="An area at or below your own.")]


def calling_routes(router: APIRouter, doors: Doors) -> None:
    """``/call-list`` and ``/calls/{call_id}``, for coordinators."""
    coordinator: Any = Depends(doors.coordinator)

    @router.get("/call-list")
    async def call_list(
        area: Where = None, cursor: After = None, limit: Limit = 50, caller: Caller = coordinator
    ) -> Page[CallView]:
        """Calls and visits that are owed in an area and all below it, by due time, with what was tried before."""
        return await calls_page(doors, caller, area, cursor, limit)

    @router.post("/calls/{call_id}/reveal")
    async def reveal(call_id: str, caller: Caller = coordinator) -> ToCallView:
        """Whom to call, in full, and what there is to say. Who looked is audited."""
        return await reveal_call(doors, call_id, caller)

    @router.post("/calls/{call_id}/result")
    async def result(call_id: str, body: LogCall, caller: Caller = coordinator) -> DeskOrderView:
        """What came of it. With a `verdict` the order closes or runs again; without one another call is due, after the
        third a visit, and after the visit the order closes as `no_reply`. 409 `recorded-by-server` where the caller
        has served the order and takes down a verdict on it."""
        return await log_call(doors, call_id, caller, body)
