"""What a volunteer has accepted: start it, complete it, give it back."""

from __future__ import annotations

from fastapi import APIRouter

from services.matcher.access import Doors
from services.matcher.commands import CompleteLeg, HandBackLeg, StartLeg
from services.matcher.queries.views import AssignmentView
from services.matcher.use_cases.serving import Complete, HandBack, Start
from shared.contracts.personal import ContactTold
from shared.web.callers import VolunteerCaller
from shared.web.paging import After, Limit, Page, as_it_is, page_of, place_of


def assignment_routes(router: APIRouter, doors: Doors) -> None:
    """Assignments, and the steps of serving them."""
    serving = doors.use_cases.serving

    @router.get("/assignments", tags=["volunteers"])
    async def assignments(caller: VolunteerCaller, limit: Limit = 50, cursor: After = None) -> Page[AssignmentView]:
        """My assignments: the active ones, then the others, the newest first."""
        after = place_of(cursor, int, str) if cursor else None
        place = (int(after[0] or 0), str(after[1])) if after else None
        rows = await doors.queries.assignments(caller.subject, limit + 1, place)
        return page_of(rows, limit, as_it_is, lambda row: (int(row.ended_at is not None), row.assignment_id))

    @router.post("/assignments/{assignment_id}/start", tags=["volunteers"])
    async def start(assignment_id: str, caller: VolunteerCaller, _body: StartLeg | None = None) -> AssignmentView:
        """I am on my way."""
        await doors.do(serving.start_assignments, Start(assignment_id, caller.subject))
        return await doors.queries.assignment(assignment_id)

    @router.post("/assignments/{assignment_id}/contact", tags=["volunteers"])
    async def contact(assignment_id: str, caller: VolunteerCaller) -> ContactTold:
        """Name, phone, place and words of an order I have taken; only while I have it, and each look is audited."""
        return await doors.contact(assignment_id, caller)

    @router.post("/assignments/{assignment_id}/complete", tags=["volunteers"])
    async def complete(assignment_id: str, caller: VolunteerCaller, body: CompleteLeg) -> AssignmentView:
        """It is served. 409 before it was started."""
        await doors.do(serving.complete_assignments, Complete(assignment_id, caller.subject, body))
        return await doors.queries.assignment(assignment_id)

    @router.post("/assignments/{assignment_id}/hand-back", tags=["volunteers"])
    async def hand_back(assignment_id: str, caller: VolunteerCaller, body: HandBackLeg) -> AssignmentView:
        """I cannot; somebody else is asked."""
        await doors.do(serving.hand_back_assignments, HandBack(assignment_id, caller.subject, body))
        return await doors.queries.assignment(assignment_id)
