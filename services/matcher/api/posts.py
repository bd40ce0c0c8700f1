"""Posts: see them, take one up, release it; a coordinator vets claims and sees what lies idle."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Response

from services.matcher.access import Doors, moment_of
from services.matcher.commands import VetClaim
from services.matcher.queries.roster_views import ClaimedView, IdlePostView, Mine, PostView, WaitingClaimView
from services.matcher.use_cases.claiming import ClaimPost, ReleasePost, Vetting
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from shared.web.callers import CoordinatorCaller, VolunteerCaller, require
from shared.web.paging import After, Limit, Page, as_it_is, page_of, place_of

EITHER: Any = Depends(require(Role.VOLUNTEER, Role.COORDINATOR))


def post_routes(router: APIRouter, doors: Doors) -> None:
    """What volunteers do with posts, and what coordinators see and decide about them."""
    _volunteers_routes(router, doors)
    _coordinators_routes(router, doors)


def _volunteers_routes(router: APIRouter, doors: Doors) -> None:
    claiming, queries = doors.use_cases.claiming, doors.queries.posts

    @router.get("/posts", tags=["volunteers", "coordinators"])
    async def posts(
        caller: Caller = EITHER, area: str | None = None, limit: Limit = 50, cursor: After = None
    ) -> Page[PostView]:
        """Posts at, below or covering an area: my coordinator's area, or what covers my home and my unit."""
        after = str(place_of(cursor, str)[0]) if cursor else ""
        if caller.role is Role.VOLUNTEER:
            rows = await queries.for_volunteer(caller.subject, area, limit + 1, after)
        else:
            wanted = (area,) if area else await doors.access.areas_of(caller)
            rows = await queries.for_coordinator(wanted, limit + 1, after)
        return page_of(rows, limit, as_it_is, lambda row: (row.post_id,))

    @router.post("/posts/{post_id}/claim", tags=["volunteers"], status_code=201)
    async def claim(post_id: str, caller: VolunteerCaller, response: Response) -> ClaimedView:
        """Take a post up: 201 when I hold it, 202 when somebody has to vet me first; 409 when it is full or mine
        already, 403 when it is not of my area or my profession.
        """
        state = await doors.do(claiming.claim_posts, ClaimPost(post_id, caller.subject))
        mine = Mine(state.value)
        response.status_code = 202 if mine is Mine.WAITING else 201
        return ClaimedView(post_id=post_id, state=mine)

    @router.post("/posts/{post_id}/release", tags=["volunteers"])
    async def release(post_id: str, caller: VolunteerCaller) -> ClaimedView:
        """Give a post up, no reason asked; what I have accepted stays mine. 409 when I do not have it."""
        await doors.do(claiming.release_posts, ReleasePost(post_id, caller.subject))
        return ClaimedView(post_id=post_id, state=Mine.NONE)


def _coordinators_routes(router: APIRouter, doors: Doors) -> None:
    claiming, queries = doors.use_cases.claiming, doors.queries.posts

    @router.get("/posts/idle", tags=["coordinators"])
    async def idle(
        caller: CoordinatorCaller, area: str | None = None, limit: Limit = 50, cursor: After = None
    ) -> Page[IdlePostView]:
        """Posts of my area with places left, the longest idle first."""
        after: tuple[datetime, str] | None = None
        if cursor:
            since, post_id = place_of(cursor, str, str)
            after = moment_of(since), str(post_id)
        rows = await queries.idle(await doors.access.desk_areas(caller, area), limit + 1, after)
        return page_of(rows, limit, as_it_is, lambda row: (row.idle_since.isoformat(), row.post_id))

    @router.get("/claims", tags=["coordinators"])
    async def claims(
        caller: CoordinatorCaller, area: str | None = None, limit: Limit = 50, cursor: After = None
    ) -> Page[WaitingClaimView]:
        """Claims of my area that wait to be vetted, the oldest first."""
        after: tuple[datetime, str, str] | None = None
        if cursor:
            at, post_id, volunteer_id = place_of(cursor, str, str, str)
            after = moment_of(at), str(post_id), str(volunteer_id)
        rows = await queries.waiting(await doors.access.desk_areas(caller, area), limit + 1, after)
        return page_of(rows, limit, as_it_is, lambda row: (row.claimed_at.isoformat(), row.post_id, row.volunteer_id))

    @router.post("/posts/{post_id}/claims/{volunteer_id}/vet", tags=["coordinators"])
    async def vet(post_id: str, volunteer_id: str, caller: CoordinatorCaller, body: VetClaim) -> ClaimedView:
        """Whether somebody may hold a post of my area. 409 when the claim does not wait."""
        wish = Vetting(post_id, volunteer_id, caller.subject, await doors.access.areas_of(caller), body)
        await doors.do(claiming.vet_claims, wish)
        return ClaimedView(post_id=post_id, state=Mine.HELD if body.approve else Mine.NONE)
