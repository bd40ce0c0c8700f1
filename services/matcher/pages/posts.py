"""Posts: a volunteer sees, takes up and releases them; a coordinator vets claims and sees what lies idle."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.commands import VetClaim
from services.matcher.policies.claims import ClaimRule, refusal_of
from services.matcher.queries.roster_views import Mine
from services.matcher.use_cases.claiming import ClaimPost, ReleasePost, Vetting
from shared.contracts.refusal import Refusal
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from shared.web.callers import CoordinatorCaller, VolunteerCaller, require
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import gettext
from shared.web.templating import Pages, redirect
from shared.web.wording import place_name

MOST_SHOWN = 100
"""Rows of one list; what a coordinator has not looked at by then comes after those."""


class Posts:
    """Shows posts to the two roles."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def page(self, request: Request, caller: Caller, form: Form | None = None, status: int = 200) -> Response:
        """The caller's own page; ``form`` carries what was refused a moment ago."""
        show = self._volunteers if caller.role is Role.VOLUNTEER else self._coordinators
        return await show(request, caller, form or Form.blank(), status)

    async def _volunteers(self, request: Request, caller: Caller, form: Form, status: int) -> Response:
        posts = await self._doors.queries.posts.for_volunteer(caller.subject, None)
        return self._pages.render(
            request,
            "posts.html",
            status=status,
            form=form,
            place=self._place,
            me=await self._doors.queries.roster.me(caller.subject),
            mine=[post for post in posts if post.mine is not Mine.NONE],
            free=[post for post in posts if post.may_claim],
            others=[post for post in posts if post.mine is Mine.NONE and not post.may_claim],
            why=_why,
        )

    async def _coordinators(self, request: Request, caller: Caller, form: Form, status: int) -> Response:
        queries, area = self._doors.queries.posts, self._doors.access.area_of(caller)
        areas = await self._doors.access.areas_of(caller)
        return self._pages.render(
            request,
            "post_desk.html",
            status=status,
            form=form,
            place=self._place,
            area=area,
            waiting=await queries.waiting(areas, MOST_SHOWN),
            idle=await queries.idle(areas, MOST_SHOWN),
        )

    def _place(self, area: str) -> str:
        return place_name(self._doors.rules.areas, area)


def post_pages(posts: Posts, doors: Doors) -> APIRouter:
    """``/posts``, and one form for each verb."""
    router = APIRouter()
    claiming = doors.use_cases.claiming
    signed_in: Any = Depends(require(Role.VOLUNTEER, Role.COORDINATOR))

    async def done(request: Request, caller: Caller, use_case: Any, command: Any) -> Response:
        try:
            await doors.do(use_case, command)
        except Refusal as refusal:
            return await posts.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect("/posts")

    @router.get("/posts")
    async def page(request: Request, caller: Caller = signed_in) -> Response:
        return await posts.page(request, caller)

    @router.post("/posts/{post_id}/claim")
    async def claim(request: Request, post_id: str, caller: VolunteerCaller) -> Response:
        return await done(request, caller, claiming.claim_posts, ClaimPost(post_id, caller.subject))

    @router.post("/posts/{post_id}/release")
    async def release(request: Request, post_id: str, caller: VolunteerCaller) -> Response:
        return await done(request, caller, claiming.release_posts, ReleasePost(post_id, caller.subject))

    @router.post("/posts/{post_id}/claims/{volunteer_id}/vet")
    async def vet(request: Request, post_id: str, volunteer_id: str, caller: CoordinatorCaller) -> Response:
        form = await posted(request)
        try:
            wish = form.read(VetClaim)
        except Refusal as refusal:
            return await posts.page(request, caller, form.refused(refusal), status_of(refusal))
        command = Vetting(post_id, volunteer_id, caller.subject, await doors.access.areas_of(caller), wish)
        return await done(request, caller, claiming.vet_claims, command)

    return router


def _why(rule: ClaimRule) -> str:
    """Why somebody may not take a post up, in the reader's language."""
    return gettext(refusal_of(rule).title)
