"""A resident reports a danger; the coordinators of the area read what was said."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.intake.access import Doors
from services.intake.commands.incidents import ReportIncident
from services.intake.queries import OrderFound
from services.intake.queries.incidents import IncidentView
from services.intake.use_cases.incidents import Report
from shared.contracts.audit import Deed, What
from shared.identity.acting import who_of
from shared.identity.tokens import Caller


class ReportedView(BaseModel):
    """A danger that was reported."""

    incident_id: str


class IncidentsView(BaseModel):
    """What was reported about one order, the newest first."""

    items: list[IncidentView]


def incident_routes(router: APIRouter, doors: Doors) -> None:
    """Reporting is anybody's who is concerned in the order."""
    concerned: Any = Depends(doors.order_concerned)
    coordinator: Any = Depends(doors.coordinator)

    @router.post("/orders/{reference}/incident", status_code=201)
    async def report(body: ReportIncident, found: OrderFound = concerned) -> ReportedView:
        """Report a danger, in whatever state the order is; the coordinator has it at once. In an emergency call 119,
        120 or 110 first."""
        command = Report(found.order_id, found.resident_id, body)
        return ReportedView(incident_id=await doors.use_cases.writer.do(doors.use_cases.incidents.report, command))

    @router.get("/desk/orders/{reference}/incidents", tags=["coordinators"])
    async def reported(reference: str, caller: Caller = coordinator) -> IncidentsView:
        """What residents reported about an order of my area."""
        found = await doors.order_within(reference, caller)
        await doors.audit.note(Deed(who_of(caller), What.READ, found.order_id, field="incidents"))
        return IncidentsView(items=await doors.incidents.of(found.order_id))
