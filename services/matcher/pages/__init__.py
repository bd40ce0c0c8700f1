"""Matcher's pages: what a volunteer is asked and has, and what lies on a coordinator's desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.pages.all_pages import all_pages
from services.matcher.pages.answering import answering_routes
from services.matcher.pages.areas import area_pages
from services.matcher.pages.availability import Availability, availability_pages
from services.matcher.pages.back_and_forth import back_and_forth_pages
from services.matcher.pages.calling_up import CallUps, call_up_pages
from services.matcher.pages.cards import Cards, card_pages
from services.matcher.pages.certificates import Certificates, certificate_pages
from services.matcher.pages.contact import contact_pages
from services.matcher.pages.dangers import Dangers, danger_pages
from services.matcher.pages.day import day_pages
from services.matcher.pages.department import DepartmentDesk, department_pages
from services.matcher.pages.desk import Desk, desk_routes
from services.matcher.pages.exports import export_pages
from services.matcher.pages.extending import extension_pages
from services.matcher.pages.feeds import feed_pages
from services.matcher.pages.gaps import gap_pages
from services.matcher.pages.naming import naming
from services.matcher.pages.pool import Pool, pool_pages
from services.matcher.pages.posts import Posts, post_pages
from services.matcher.pages.referrals import referral_pages
from services.matcher.pages.registration import Registration, registration_pages
from services.matcher.pages.roster import RosterPages, roster_pages
from services.matcher.pages.roster_work import RosterWork
from services.matcher.pages.serving import serving_routes
from services.matcher.pages.stand_ins import StandIns, stand_in_pages
from services.matcher.pages.volunteering import Volunteering
from services.matcher.pages.volunteers import Volunteers, volunteer_pages
from services.matcher.use_cases.steps import DESK, volunteer_topic
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from shared.web.callers import find_caller, require
from shared.web.i18n import Readers
from shared.web.live import EventSourceResponse, ServerSentEvent, follow, mark_of
from shared.web.templating import Pages, redirect

__all__ = ["make_router", "naming"]


def make_router(
    doors: Doors, pages: Pages, work: RosterWork, readers: Readers, *, secure: bool = False, map_link: str = ""
) -> APIRouter:
    """Every page of matcher. The first page is the caller's own: a volunteer's orders, a desk, or a department's.
    ``readers``: for what programs fetch, who say no language.
    """
    router = APIRouter(include_in_schema=False)
    volunteering, desk = Volunteering(doors, pages), Desk(doors, pages)
    signed_in: Any = Depends(require(Role.VOLUNTEER, Role.COORDINATOR))

    anybody: Any = Depends(require(Role.VOLUNTEER, Role.COORDINATOR, Role.DEPARTMENT))

    @router.get("/")
    async def home(request: Request, caller: Caller = anybody) -> Response:
        if caller.role is Role.DEPARTMENT:
            return redirect("/department")
        if caller.role is Role.VOLUNTEER:
            return await volunteering.page(request, caller)
        return await desk.page(request, caller)

    @router.get("/live", response_class=EventSourceResponse)
    async def live(request: Request, caller: Caller = signed_in, after: str = "") -> AsyncIterator[ServerSentEvent]:
        is_volunteer = caller.role is Role.VOLUNTEER
        fragment = volunteering.fragment if is_volunteer else desk.fragment

        async def read(last: str) -> list[ServerSentEvent]:
            if await find_caller(request) is None:  # signed out meanwhile, in another window
                return []
            text = await fragment(caller)
            mark = mark_of(text)
            return [] if mark == (last or after) else [ServerSentEvent(raw_data=text, id=mark)]

        topic = volunteer_topic(caller.subject) if is_volunteer else DESK
        async for event in follow(request, topic, read):
            yield event

    answering_routes(router, volunteering, doors, pages)
    serving_routes(router, volunteering, doors, pages)
    router.include_router(contact_pages(volunteering, doors, pages, map_link))
    router.include_router(pool_pages(Pool(doors, pages), doors))
    router.include_router(call_up_pages(CallUps(doors, pages), doors))
    router.include_router(desk_routes(desk, doors, pages))
    departments = DepartmentDesk(doors, pages, secure=secure)
    router.include_router(extension_pages(departments, doors, pages))
    router.include_router(department_pages(departments, doors))
    router.include_router(referral_pages(doors, pages))
    router.include_router(all_pages(doors, pages))
    router.include_router(area_pages(doors, pages))
    router.include_router(day_pages(doors, pages))
    router.include_router(export_pages(doors))
    router.include_router(roster_pages(RosterPages(doors, pages, work), doors))
    router.include_router(gap_pages(doors, pages))
    router.include_router(back_and_forth_pages(doors, pages))
    router.include_router(stand_in_pages(StandIns(doors, pages), doors))
    router.include_router(danger_pages(Dangers(doors, pages), volunteering, doors, pages))
    router.include_router(volunteer_pages(Volunteers(doors, pages), doors))
    router.include_router(post_pages(Posts(doors, pages), doors))
    router.include_router(card_pages(Cards(doors, pages), doors))
    router.include_router(certificate_pages(Certificates(doors, pages), doors))
    router.include_router(feed_pages(doors, pages, readers))
    router.include_router(registration_pages(Registration(doors, pages), doors))
    router.include_router(availability_pages(Availability(doors, pages), doors))
    return router
