"""The roster comes in, and goes out again."""

from __future__ import annotations

from enum import StrEnum

from fastapi import APIRouter, Response, UploadFile
from fastapi.concurrency import run_in_threadpool

from services.matcher.access import Doors
from services.matcher.queries.roster_views import RosterView
from services.matcher.use_cases.enrolling import ImportRoster
from shared.community.roster import RosterFile, read_roster_file
from shared.community.roster_writing import roster_csv, roster_workbook
from shared.contracts.audit import Deed, What
from shared.identity.acting import who_of
from shared.web.callers import CoordinatorCaller


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

    @router.post("/roster", tags=["coordinators"])
    async def import_roster(caller: CoordinatorCaller, file: UploadFile) -> RosterView:
        """Import volunteers and units from CSV or XLSX, all or nothing; errors by row and column."""
        by = await doors.access.importer(caller)
        doors.admission.check()
        content, filename = await file.read(), file.filename or ""
        units = await doors.queries.roster.units()
        read = await run_in_threadpool(
            read_roster_file, content, filename, doors.rules, max_rows=doors.roster_rows, units=units
        )
        command = ImportRoster(read.volunteers, by, read.units, read.numbers)
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
    async def export_roster(caller: CoordinatorCaller, format: Format = Format.CSV) -> Response:  # noqa: A002 - the query's name
        """The roster as a file, as an import reads it; who took it is recorded."""
        await doors.access.importer(caller)
        roster = await doors.queries.roster.roster()
        await doors.audit.note(Deed(who_of(caller), What.EXPORTED, field="roster", reason=format.value))
        content = await run_in_threadpool(_written, roster, format)
        headers = {"Content-Disposition": f'attachment; filename="roster.{format.value}"', "Cache-Control": "no-store"}
        return Response(content, media_type=_TYPES[format], headers=headers)


def _written(roster: RosterFile, form: Format) -> bytes:
    return roster_workbook(roster) if form is Format.XLSX else roster_csv(roster.volunteers)
