"""Serving in person, and more time: what a coordinator, or a department, does with what they hold."""

from __future__ import annotations

from fastapi import APIRouter

from services.matcher.access import Doors
from services.matcher.commands import ExtendLeg, ExtendReferral, TakeInPerson
from services.matcher.queries.referral_views import ReferralView
from services.matcher.queries.views import DecidedView
from services.matcher.use_cases.referring import Reply
from shared.web.callers import CoordinatorCaller, DepartmentCaller


def holding_routes(router: APIRouter, doors: Doors) -> None:
    """Take a leg, ask for more time."""
    deciding, extending = doors.use_cases.deciding, doors.use_cases.extending

    @router.post("/legs/{leg_id}/take", tags=["coordinators"])
    async def take(leg_id: str, caller: CoordinatorCaller, body: TakeInPerson | None = None) -> DecidedView:
        """I serve it in person, with my own name; `resolve` ends it. 409 when somebody else holds it, or I do."""
        decision = doors.decision(leg_id, caller, body or TakeInPerson())
        return await doors.queries.decided(await doors.do(deciding.take_in_person, decision))

    @router.post("/legs/{leg_id}/extend", tags=["coordinators"])
    async def extend(leg_id: str, caller: CoordinatorCaller, body: ExtendLeg) -> DecidedView:
        """More time, once in a round: the resident is asked, or has `agreed` by word of mouth already. The reason stays
        with the coordinators. 409 when more time was asked for before.
        """
        return await doors.queries.decided(await doors.do(extending.extend_legs, doors.decision(leg_id, caller, body)))

    @router.post("/referrals/{referral_id}/extend", tags=["departments"])
    async def extend_referral(referral_id: str, caller: DepartmentCaller, body: ExtendReferral) -> ReferralView:
        """We need more time: the resident is asked, once in a round. 409 when more time was asked for before."""
        await doors.do(extending.extend_referrals, Reply(referral_id, caller.subject, body))
        return await doors.queries.referrals.one(referral_id, doors.clock.now())
