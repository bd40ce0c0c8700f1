"""The roster comes in."""

from __future__ import annotations

from fastapi import APIRouter, UploadFile
from fastapi.concurrency import run_in_threadpool

from services.matcher.access import Doors
from services.matcher.queries.views import RosterView
from services.matcher.use_cases.enrolling import ImportRoster
from shared.community.roster import read_roster
from shared.web.callers import CoordinatorCaller


def roster_routes(router: APIRouter, doors: Doors) -> None:
    """Import of volunteers."""

    @router.post("/roster", tags=["coordinators"])
    async def import_roster(caller: CoordinatorCaller, file: UploadFile) -> RosterView:
        """Import volunteers from CSV or XLSX, all or nothing; errors by row and column."""
        by = doors.access.importer(caller)
        content, filename = await file.read(), file.filename or ""
        rows = await run_in_threadpool(read_roster, content, filename, doors.rules, max_rows=doors.roster_rows)
        use_case = doors.use_cases.enrolling.import_rosters
        imported = await doors.use_cases.writer.do(use_case, ImportRoster(rows, by))
        return RosterView(volunteers=len(rows), created=imported.created, updated=imported.updated)
