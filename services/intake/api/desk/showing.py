"""An order as its coordinators see it, and a contact in full for a reason."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends

from services.intake.access import Doors
from services.intake.access.looking import read_order, reveal_contact
from services.intake.commands import RevealContact
from services.intake.queries.desk import DeskOrderView, ReachView
from shared.identity.tokens import Caller


def showing_routes(router: APIRouter, doors: Doors) -> None:
    """``GET /orders/{reference}`` and ``POST /orders/{reference}/reveal``."""
    coordinator: Any = Depends(doors.coordinator)

    @router.get("/orders/{reference}")
    async def desk_order(reference: str, caller: Caller = coordinator) -> DeskOrderView:
        """An order at or below the coordinator's area, contacts masked."""
        return await read_order(doors, await doors.order_within(reference, caller), caller)

    @router.post("/orders/{reference}/reveal")
    async def reveal(reference: str, body: RevealContact, caller: Caller = coordinator) -> ReachView:
        """A name and a number in full; the look is audited with its reason."""
        found = await doors.order_within(reference, caller)
        return await reveal_contact(doors, found, caller, body)
