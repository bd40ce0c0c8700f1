"""Matcher's JSON doors: offers and assignments of a volunteer, a coordinator's desk, posts and the roster."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter

from services.matcher.access import Doors
from services.matcher.api.assignments import assignment_routes
from services.matcher.api.back_and_forth import back_and_forth_routes
from services.matcher.api.coordinators import coordinator_routes
from services.matcher.api.desk import desk_routes
from services.matcher.api.holding import holding_routes
from services.matcher.api.incidents import incident_routes
from services.matcher.api.me import me_routes
from services.matcher.api.offers import call_up_routes, offer_routes, pool_routes
from services.matcher.api.own import own_routes
from services.matcher.api.photos import photo_routes
from services.matcher.api.posts import post_routes
from services.matcher.api.recommended import recommended_routes
from services.matcher.api.referrals import referral_routes
from services.matcher.api.roster import roster_routes
from services.matcher.api.stand_ins import stand_in_routes
from services.matcher.api.volunteers import volunteer_routes
from services.matcher.policies.photos import PhotoLimits
from services.matcher.settings import MatcherSettings
from services.matcher.use_cases.seating import Seating


def make_router(doors: Doors, seating: Seating) -> APIRouter:
    """The routes of contract.md, section matcher."""
    router = APIRouter(prefix="/api")
    offer_routes(router, doors)
    pool_routes(router, doors)
    call_up_routes(router, doors)
    assignment_routes(router, doors)
    photo_routes(router, doors)
    me_routes(router, doors)
    own_routes(router, doors)
    incident_routes(router, doors)
    desk_routes(router, doors)
    holding_routes(router, doors)
    referral_routes(router, doors)
    post_routes(router, doors)
    roster_routes(router, doors)
    coordinator_routes(router, doors, seating)
    recommended_routes(router, doors)
    stand_in_routes(router, doors)
    volunteer_routes(router, doors)
    back_and_forth_routes(router, doors)
    return router


def uploads(settings: MatcherSettings) -> dict[str, int]:
    """The most bytes of the paths that may carry more than others: a roster, a photo, a report's form with photos."""
    return {
        "/api/roster": settings.upload_limit_bytes,
        "/roster": settings.upload_limit_bytes,
        "/api/coordinators": settings.upload_limit_bytes,
        "/api/assignments/{assignment_id}/photos": settings.photo_body_bytes,
        "/assignments/{assignment_id}/complete": settings.photo_body_bytes * settings.photos,
    }


def photo_limits(settings: MatcherSettings) -> PhotoLimits:
    """What is taken of photos, and kept."""
    return PhotoLimits(
        upload_bytes=settings.photo_bytes,
        pixels=settings.photo_pixels,
        edge=settings.photo_edge,
        kept_bytes=settings.photo_kept_bytes,
        quality=settings.photo_quality,
        most=settings.photos,
        unfinished=timedelta(hours=settings.photo_hours),
    )
