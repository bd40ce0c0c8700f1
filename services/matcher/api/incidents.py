"""Dangers: reported by whoever serves, seen to by coordinators."""

from __future__ import annotations

from fastapi import APIRouter

from services.matcher.access import Doors, moment_of
from services.matcher.commands.incidents import AnswerIncident, ReportIncident
from services.matcher.queries.incidents import IncidentView
from services.matcher.use_cases.incidents import Report, See
from shared.web.callers import CoordinatorCaller, VolunteerCaller
from shared.web.paging import After, Limit, Page, as_it_is, page_of, place_of


def incident_routes(router: APIRouter, doors: Doors) -> None:
    """A report comes before the coordinator at once, whatever state the order is in."""
    incidents, queries = doors.use_cases.incidents, doors.queries.incidents

    @router.post("/assignments/{assignment_id}/incident", tags=["volunteers"], status_code=201)
    async def report(assignment_id: str, caller: VolunteerCaller, body: ReportIncident) -> IncidentView:
        """Report a danger where I serve or served. In an emergency call 119, 120 or 110 first."""
        return await queries.one(await doors.do(incidents.report, Report(assignment_id, caller.subject, body)))

    @router.get("/incidents", tags=["coordinators"])
    async def unanswered(
        caller: CoordinatorCaller, area: str | None = None, limit: Limit = 50, cursor: After = None
    ) -> Page[IncidentView]:
        """Dangers in my area that nobody has seen to yet, what was reported first on top."""
        after = None
        if cursor:
            at, incident_id = place_of(cursor, str, str)
            after = moment_of(at), str(incident_id)
        rows = await queries.unanswered(await doors.access.desk_areas(caller, area), limit + 1, after)
        return page_of(rows, limit, as_it_is, lambda row: (row.reported_at.isoformat(), row.incident_id))

    @router.post("/incidents/{incident_id}/answer", tags=["coordinators"])
    async def answer(incident_id: str, caller: CoordinatorCaller, body: AnswerIncident) -> IncidentView:
        """I have seen to it; who reported hears so. 409 when somebody has already."""
        see = See(incident_id, caller.subject, await doors.access.areas_of(caller), body)
        return await queries.one(await doors.do(incidents.see_to, see))
