"""The roster comes in, and goes out again."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Depends, Response, UploadFile
from fastapi.concurrency import run_in_threadpool

from services.matcher.access import Doors
from services.matcher.queries.roster_views import RosterView
from services.matcher.use_cases.enrolling import ImportRoster
from shared.community.roster import RosterFile, read_roster_file
from shared.community.roster_writing import roster_csv, roster_workbook
from shared.contracts.audit import Deed, What
from shared.identity.acting import who_of
from shared.identity.tokens import Caller


class Format(StrEnum):
    """How a roster is written: a table of volunteers, or a workbook with the units as well."""

    CSV = "csv"
    XLSX = "xlsx"


_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def roster_routes(router: APIRouter, doors: Doors) -> None:
    """Import and export of volunteers and units."""
    county: Any = Depends(doors.access.county)

    @router.post("/roster", tags=["coordinators"])
    async def import_roster(file: UploadFile, caller: Caller = county) -> RosterView:
        """Import volunteers and units from CSV or XLSX, all or nothing; errors by row and column."""
        doors.admission.check()
        content, filename = await file.read(), file.filename or ""
        units = await doors.queries.roster.units()
        read = await run_in_threadpool(
            read_roster_file, content, filename, doors.rules, max_rows=doors.roster_rows, units=units
        )
        command = ImportRoster(read.volunteers, caller.subject, read.units, read.numbers)
        imported = await doors.use_cases.writer.do(doors.use_cases.enrolling.import_rosters, command)
        return RosterView(
            volunteers=len(read.volunteers), created=imported.created, updated=imported.updated, units=imported.units
        )

    @router.get(
        "/roster",
        tags=["coordinators"],
        response_class=Response,
        responses={
            200: {"content": {told: {"schema": {"type": "string", "format": "binary"}} for told in _TYPES.values()}}
        },
    )
    async def export_roster(caller: Caller = county, format: Format = Format.CSV) -> Response:  # noqa: A002 - the query's name
        """The roster as a file, as an import reads it; who took it is recorded."""
        roster = await doors.queries.roster.roster()
        await doors.audit.note(Deed(who_of(caller), What.EXPORTED, field="roster", reason=format.value))
        content = await run_in_threadpool(_written, roster, format)
        headers = {"Content-Disposition": f'attachment; filename="roster.{format.value}"', "Cache-Control": "no-store"}
        return Response(content, media_type=_TYPES[format], headers=headers)


def _written(roster: RosterFile, form: Format) -> bytes:
    return roster_workbook(roster) if form is Format.XLSX else roster_csv(roster.volunteers)
