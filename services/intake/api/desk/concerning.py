"""Duplicates and the other side: what coordinators do for everybody who is concerned in an order."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.intake.access import Doors
from services.intake.access.concerned import add_resident, merge_into
from services.intake.commands.concerning import ConcernOther, MergeInto
from services.intake.queries.desk import DeskOrderView
from services.intake.queries.similar import SimilarOrderView
from shared.contracts.words import Part
from shared.identity.tokens import Caller
from shared.web.paging import Page


class ConcernedView(BaseModel):
    """Somebody who is concerned from now on; their own link is sent to themselves alone."""

    resident_id: str
    part: Part


def concerning_routes(router: APIRouter, doors: Doors) -> None:
    """``similar``, ``merge``, ``join`` and ``parties`` of an order at or below the coordinator's area."""
    coordinator: Any = Depends(doors.coordinator)

    @router.get("/orders/{reference}/similar")
    async def similar(reference: str, caller: Caller = coordinator) -> Page[SimilarOrderView]:
        """Open orders of the same service in the coordinator's area that may be the same matter, with what was said."""
        found = await doors.order_within(reference, caller)
        return Page(items=await doors.similar.to_order(found.order_id, await doors.areas_of(caller, found)))

    @router.post("/orders/{reference}/merge")
    async def merge(reference: str, body: MergeInto, caller: Caller = coordinator) -> DeskOrderView:
        """End the order in favour of another; whoever ordered or joined it is answered there. The answer is the other
        order. 409 when either is done or has ended."""
        return await merge_into(doors, await doors.order_within(reference, caller), body.into, caller)

    @router.post("/orders/{reference}/join", status_code=201)
    async def join(reference: str, body: ConcernOther, caller: Caller = coordinator) -> ConcernedView:
        """Join a resident with the same matter to the order."""
        return await concern(reference, body, caller, Part.JOINED)

    @router.post("/orders/{reference}/parties", status_code=201)
    async def add_party(reference: str, body: ConcernOther, caller: Caller = coordinator) -> ConcernedView:
        """Name the other side of a mediation, who is told of it and asked. 409 for a service that has no other side."""
        return await concern(reference, body, caller, Part.PARTY)

    async def concern(reference: str, body: ConcernOther, caller: Caller, part: Part) -> ConcernedView:
        found = await doors.order_within(reference, caller)
        resident = await add_resident(doors, found, body, part, caller)
        return ConcernedView(resident_id=resident.resident_id, part=part)
