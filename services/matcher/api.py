"""Matcher's JSON doors: offers and assignments of a volunteer, a coordinator's desk, the roster."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, UploadFile
from fastapi.concurrency import run_in_threadpool

from services.matcher.access import Doors, due_place
from services.matcher.commands import (
    AcceptOffer,
    AssignLeg,
    CompleteLeg,
    DeclineOffer,
    EscalateLeg,
    HandBackLeg,
    ResolveLeg,
    StartLeg,
)
from services.matcher.queries.views import (
    AcceptedView,
    AssignmentView,
    DecidedView,
    DeskRowView,
    MeView,
    OfferView,
    RosterView,
)
from services.matcher.use_cases.answering import Accept, Decline
from services.matcher.use_cases.enrolling import ImportRoster
from services.matcher.use_cases.serving import Complete, HandBack, Start
from shared.community.roster import read_roster
from shared.contracts.words import OrderState
from shared.web.callers import CoordinatorCaller, VolunteerCaller
from shared.web.paging import After, Limit, Page, page_of, place_of


def make_router(doors: Doors) -> APIRouter:
    """The routes of contract.md, section matcher."""
    router = APIRouter(prefix="/api")
    _offer_routes(router, doors)
    _assignment_routes(router, doors)
    _desk_routes(router, doors)
    _roster_routes(router, doors)
    return router


def _offer_routes(router: APIRouter, doors: Doors) -> None:
    answering = doors.use_cases.answering

    @router.get("/offers", tags=["volunteers"])
    async def offers(caller: VolunteerCaller, limit: Limit = 50, cursor: After = None) -> Page[OfferView]:
        """My open offers."""
        after = str(place_of(cursor, str)[0]) if cursor else ""
        rows = await doors.queries.offers(caller.subject, doors.clock.now(), limit + 1, after)
        return page_of(rows, limit, _as_it_is, lambda row: (row.offer_id,))

    @router.post("/offers/{offer_id}/accept", tags=["volunteers"])
    async def accept(offer_id: str, caller: VolunteerCaller, _body: AcceptOffer | None = None) -> AcceptedView:
        """Say yes. 409 when the offer is gone, expired, or does not fit with what I have."""
        assignment_id = await doors.do(answering.accept_offers, Accept(offer_id, caller.subject))
        return AcceptedView(state=OrderState.ASSIGNED.value, assignment_id=assignment_id)

    @router.post("/offers/{offer_id}/decline", tags=["volunteers"])
    async def decline(offer_id: str, caller: VolunteerCaller, body: DeclineOffer | None = None) -> dict[str, str]:
        """Say no; nobody but the pairing learns of it."""
        wish = body or DeclineOffer()
        await doors.do(answering.decline_offers, Decline(offer_id, caller.subject, wish))
        return {"state": "declined"}


def _assignment_routes(router: APIRouter, doors: Doors) -> None:
    serving = doors.use_cases.serving

    @router.get("/assignments", tags=["volunteers"])
    async def assignments(caller: VolunteerCaller, limit: Limit = 50, cursor: After = None) -> Page[AssignmentView]:
        """My assignments: the active ones, then the others, the newest first."""
        after = place_of(cursor, int, str) if cursor else None
        place = (int(after[0] or 0), str(after[1])) if after else None
        rows = await doors.queries.assignments(caller.subject, limit + 1, place)
        return page_of(rows, limit, _as_it_is, lambda row: (int(row.ended_at is not None), row.assignment_id))

    @router.post("/assignments/{assignment_id}/start", tags=["volunteers"])
    async def start(assignment_id: str, caller: VolunteerCaller, _body: StartLeg | None = None) -> AssignmentView:
        """I am on my way."""
        await doors.do(serving.start_assignments, Start(assignment_id, caller.subject))
        return await doors.queries.assignment(assignment_id)

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

    @router.get("/me", tags=["volunteers"])
    async def me(caller: VolunteerCaller) -> MeView:
        """My own card."""
        return await doors.queries.me(caller.subject)


def _desk_routes(router: APIRouter, doors: Doors) -> None:
    deciding = doors.use_cases.deciding

    @router.get("/desk", tags=["coordinators"])
    async def desk(
        caller: CoordinatorCaller, area: str | None = None, limit: Limit = 50, cursor: After = None
    ) -> Page[DeskRowView]:
        """What coordinators hold at or below an area (mine, unless another is asked for), by due time."""
        wanted = doors.access.desk_area(caller, area)
        after = due_place(cursor) if cursor else None
        rows = await doors.queries.desk(wanted, doors.clock.now(), limit + 1, after)
        return page_of(rows, limit, _as_it_is, lambda row: (row.due_at.isoformat(), row.order_id))

    @router.post("/legs/{leg_id}/assign", tags=["coordinators"])
    async def assign(leg_id: str, caller: CoordinatorCaller, body: AssignLeg) -> DecidedView:
        """Give a leg to a volunteer of the area."""
        assignment_id = await doors.do(deciding.assign_legs, doors.decision(leg_id, caller, body))
        given = await doors.queries.assignment(assignment_id)
        return await doors.queries.decided(given.order_id, assignment_id)

    @router.post("/legs/{leg_id}/resolve", tags=["coordinators"])
    async def resolve(leg_id: str, caller: CoordinatorCaller, body: ResolveLeg) -> DecidedView:
        """I served or settled it in person."""
        return await doors.queries.decided(await doors.do(deciding.resolve_legs, doors.decision(leg_id, caller, body)))

    @router.post("/legs/{leg_id}/escalate", tags=["coordinators"])
    async def escalate(leg_id: str, caller: CoordinatorCaller, body: EscalateLeg) -> DecidedView:
        """Pass the order up one tier; the reason stays with the coordinators."""
        return await doors.queries.decided(await doors.do(deciding.escalate_legs, doors.decision(leg_id, caller, body)))


def _roster_routes(router: APIRouter, doors: Doors) -> None:
    @router.post("/roster", tags=["coordinators"])
    async def import_roster(caller: CoordinatorCaller, file: UploadFile) -> RosterView:
        """Import volunteers from CSV or XLSX, all or nothing; errors by row and column."""
        by = doors.access.importer(caller)
        content, filename = await file.read(), file.filename or ""
        rows = await run_in_threadpool(read_roster, content, filename, doors.rules, max_rows=doors.roster_rows)
        use_case = doors.use_cases.enrolling.import_rosters
        imported = await doors.use_cases.writer.do(use_case, ImportRoster(rows, by))
        return RosterView(volunteers=len(rows), created=imported.created, updated=imported.updated)


def _as_it_is(row: Any) -> Any:
    return row
