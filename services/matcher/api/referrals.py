"""Referrals: what coordinators refer and add, what departments hold and answer, and what became of it in figures."""

from __future__ import annotations

from fastapi import APIRouter

from services.matcher.access import Doors, due_place
from services.matcher.commands import AddLeg, AdvanceErrand, ReferLeg, ResolveLeg, ReturnReferral
from services.matcher.queries.referral_views import LegAddedView, ReferralFigureView, ReferralView, ReferredView
from services.matcher.use_cases.referring import Reply
from shared.web.callers import CoordinatorCaller, DepartmentCaller
from shared.web.paging import After, Limit, Page, as_it_is, page_of


def referral_routes(router: APIRouter, doors: Doors) -> None:
    """Both sides of a referral."""
    referring, referrals = doors.use_cases.referring, doors.queries.referrals

    @router.post("/legs/{leg_id}/refer", tags=["coordinators"], status_code=201)
    async def refer(leg_id: str, caller: CoordinatorCaller, body: ReferLeg) -> ReferredView:
        """Refer a leg to a department, a property firm or a merchant; ``link`` opens this referral alone."""
        referral_id = await doors.do(referring.refer_legs, doors.decision(leg_id, caller, body))
        referral = await referrals.one(referral_id, doors.clock.now())
        return ReferredView(**referral.model_dump(), link=doors.referral_link(referral))

    @router.post("/legs/{leg_id}/add", tags=["coordinators"], status_code=201)
    async def add(leg_id: str, caller: CoordinatorCaller, body: AddLeg) -> LegAddedView:
        """Add a further leg at the end, for a post or for a department; it waits until the others are served."""
        return LegAddedView(leg_id=await doors.do(referring.add_legs, doors.decision(leg_id, caller, body)))

    @router.get("/referrals", tags=["coordinators"])
    async def held(caller: CoordinatorCaller, area: str | None = None, limit: Limit = 50) -> Page[ReferralView]:
        """What departments hold at or below an area (mine, unless another is asked for), by due time."""
        areas = doors.rules.areas.all_below(await doors.access.desk_areas(caller, area))
        return Page(items=await referrals.of_areas(areas, doors.clock.now(), limit), next=None)

    @router.get("/referrals/figures", tags=["coordinators"])
    async def figures(caller: CoordinatorCaller, area: str | None = None) -> Page[ReferralFigureView]:
        """How often legs went to each department and how often they came back, by service and community."""
        grids = doors.rules.areas.all_below(await doors.access.desk_areas(caller, area), "grid")
        return Page(items=await referrals.figures(grids, doors.figures_since()), next=None)

    @router.get("/department", tags=["departments"])
    async def department(caller: DepartmentCaller, limit: Limit = 50, cursor: After = None) -> Page[ReferralView]:
        """What my department holds, by due time."""
        after = due_place(cursor) if cursor else None
        rows = await referrals.of_department(caller.subject, doors.clock.now(), limit + 1, after)
        return page_of(rows, limit, as_it_is, lambda row: (row.due_at.isoformat(), row.referral_id))

    @router.post("/referrals/{referral_id}/resolve", tags=["departments"])
    async def resolve(referral_id: str, caller: DepartmentCaller, body: ResolveLeg) -> ReferralView:
        """We served it."""
        await doors.do(referring.resolve_referrals, Reply(referral_id, caller.subject, body))
        return await referrals.one(referral_id, doors.clock.now())

    @router.post("/referrals/{referral_id}/advance", tags=["departments"])
    async def advance(referral_id: str, caller: DepartmentCaller, body: AdvanceErrand) -> ReferralView:
        """Our counter has come one step further with an errand; to resolve it is that it was collected."""
        await doors.do(referring.advance_errands, Reply(referral_id, caller.subject, body))
        return await referrals.one(referral_id, doors.clock.now())

    @router.post("/referrals/{referral_id}/hand-back", tags=["departments"])
    async def hand_back(referral_id: str, caller: DepartmentCaller, body: ReturnReferral) -> ReferralView:
        """We cannot; the coordinator who referred it holds the order again, and the clock keeps running."""
        await doors.do(referring.return_referrals, Reply(referral_id, caller.subject, body))
        return await referrals.one(referral_id, doors.clock.now())
