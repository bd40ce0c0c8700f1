"""Who holds the coordinators' offices comes in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, UploadFile
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from services.matcher.access import Doors
from services.matcher.use_cases.seating import SeatCoordinators, Seating
from shared.community.incumbents import read_incumbents
from shared.identity.acting import who_of
from shared.identity.tokens import Caller


class SeatedView(BaseModel):
    """How many offices are held now, ``changed`` of them by somebody new or with another phone, ``removed`` no more;
    whoever was replaced or removed is signed out.
    """

    coordinators: int
    changed: int
    removed: int


def coordinator_routes(router: APIRouter, doors: Doors, seating: Seating) -> None:
    """Import of the coordinators' names and phones."""
    county: Any = Depends(doors.access.county)

    @router.post("/coordinators", tags=["coordinators"])
    async def seat_coordinators(file: UploadFile, caller: Caller = county) -> SeatedView:
        """Who holds which office, from CSV or XLSX (`coordinator_id`, `name`, `phone`): the whole list, which replaces
        the one before, or every error by row and column. They sign in by phone and code from then on."""
        doors.admission.check()
        content, filename = await file.read(), file.filename or ""
        rows = await run_in_threadpool(read_incumbents, content, filename, doors.rules, max_rows=doors.roster_rows)
        command = SeatCoordinators(rows, who_of(caller))
        seated = await seating.seat(doors.use_cases.writer, command)
        return SeatedView(coordinators=seated.coordinators, changed=seated.changed, removed=seated.removed)
