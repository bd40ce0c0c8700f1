"""Call-ups: the secretary of a unit sees what nobody is left to ask about, who is free, and names a member."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.commands import NameMember
from services.matcher.pages.telling import NAMED, said
from services.matcher.policies.acceptance import NotForYou
from services.matcher.use_cases.calling_up import Look, Name
from shared.contracts.refusal import Conflict, Invalid, NotFound, Refusal
from shared.identity.tokens import Caller
from shared.web.callers import VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.templating import Pages, redirect
from shared.web.wording import place_name


class MemberNotFree(Conflict):
    """Something has come up since the secretary looked."""

    title = "This member is not free any more"


class CallUps:
    """Shows secretaries what their unit is called up for. Who is no secretary has nothing here."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def page(self, request: Request, caller: Caller, form: Form | None = None, status: int = 200) -> Response:
        """Every open call-up; ``form`` carries what was refused a moment ago, the address what was said."""
        now = self._doors.clock.now()
        return self._pages.render(
            request,
            "call_ups.html",
            status=status,
            rows=await self._doors.queries.pool.call_ups(caller.subject, now),
            form=form or Form.blank(),
            said="" if form else said(request.query_params.get("said", "")),
            now=now,
            place=self._place,
        )

    async def one(
        self, request: Request, caller: Caller, call_up_id: str, form: Form | None = None, status: int = 200
    ) -> Response:
        """One call-up with the members who are free. Raises ``NotFound`` and ``CallUpOver``."""
        now, queries = self._doors.clock.now(), self._doors.queries.pool
        names = await self._doors.do(self._doors.use_cases.calling_up.list_members, Look(call_up_id, caller.subject))
        call_up = next(
            (one for one in await queries.call_ups(caller.subject, now) if one.call_up_id == call_up_id), None
        )
        if call_up is None:
            raise NotFound
        members = [(one.volunteer_id, one.name) for one in await queries.names(names)]
        return self._pages.render(
            request,
            "call_up.html",
            status=status,
            call_up=call_up,
            members=members,
            form=form or Form.blank(),
            now=now,
            place=self._place,
        )

    def _place(self, area: str) -> str:
        return place_name(self._doors.rules.areas, area)


def call_up_pages(call_ups: CallUps, doors: Doors) -> APIRouter:
    """``/call-ups``, and a page with one form for each."""
    router = APIRouter()

    @router.get("/call-ups")
    async def page(request: Request, caller: VolunteerCaller) -> Response:
        return await call_ups.page(request, caller)

    @router.get("/call-ups/{call_up_id}")
    async def one(request: Request, call_up_id: str, caller: VolunteerCaller) -> Response:
        try:
            return await call_ups.one(request, caller, call_up_id)
        except Conflict as refusal:  # it is over: say so over those that are not
            return await call_ups.page(request, caller, Form.blank().refused(refusal), status_of(refusal))

    @router.post("/call-ups/{call_up_id}/name")
    async def name(request: Request, call_up_id: str, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            wish = Name(call_up_id, caller.subject, form.read(NameMember))
            await doors.do(doors.use_cases.calling_up.name_members, wish)
        except (Invalid, NotForYou) as refusal:
            told = MemberNotFree() if isinstance(refusal, NotForYou) else refusal
            return await call_ups.one(request, caller, call_up_id, form.refused(told), status_of(told))
        except Refusal as refusal:
            return await call_ups.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect(f"/call-ups?said={NAMED}")

    return router
