"""Matcher's JSON doors: offers and assignments of a volunteer, a coordinator's desk, posts and the roster."""

from __future__ import annotations

from fastapi import APIRouter

from services.matcher.access import Doors
from services.matcher.api.assignments import assignment_routes
from services.matcher.api.back_and_forth import back_and_forth_routes
from services.matcher.api.desk import desk_routes
from services.matcher.api.holding import holding_routes
from services.matcher.api.incidents import incident_routes
from services.matcher.api.me import me_routes
from services.matcher.api.offers import call_up_routes, offer_routes, pool_routes
from services.matcher.api.posts import post_routes
from services.matcher.api.recommended import recommended_routes
from services.matcher.api.referrals import referral_routes
from services.matcher.api.roster import roster_routes
from services.matcher.api.stand_ins import stand_in_routes
from services.matcher.api.volunteers import volunteer_routes


def make_router(doors: Doors) -> APIRouter:
    """The routes of contract.md, section matcher."""
    router = APIRouter(prefix="/api")
    offer_routes(router, doors)
    pool_routes(router, doors)
    call_up_routes(router, doors)
    assignment_routes(router, doors)
    me_routes(router, doors)
    incident_routes(router, doors)
    desk_routes(router, doors)
    holding_routes(router, doors)
    referral_routes(router, doors)
    post_routes(router, doors)
    roster_routes(router, doors)
    recommended_routes(router, doors)
    stand_in_routes(router, doors)
    volunteer_routes(router, doors)
    back_and_forth_routes(router, doors)
    return router
