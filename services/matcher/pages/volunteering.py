"""A volunteer's page: the next thing first, one button for each state."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from services.matcher.access import Doors
from services.matcher.commands import CompleteLeg, DeclineOffer, HandBackLeg
from services.matcher.policies.acceptance import ACTIVE, HandBackReason
from services.matcher.queries.views import AssignmentView
from services.matcher.use_cases.answering import Accept, Decline
from services.matcher.use_cases.serving import Complete, HandBack, Start
from shared.contracts.refusal import Invalid, NotFound, Refusal
from shared.identity.tokens import Caller
from shared.web.callers import VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import gettext, msgid
from shared.web.live import mark_of
from shared.web.templating import Pages, redirect
from shared.web.wording import place_name

MOST_SHOWN = 50
"""Nobody holds or is asked so much at a time; older assignments have no place on this page."""

REASONS = (
    (HandBackReason.NO_TIME, msgid("I have no time after all")),
    (HandBackReason.UNWELL, msgid("I am not well")),
    (HandBackReason.TOO_FAR, msgid("It is too far")),
    (HandBackReason.NOT_MY_SKILL, msgid("I cannot do this")),
    (HandBackReason.RECUSAL, msgid("I know the people concerned too well")),
    (HandBackReason.NOBODY_HOME, msgid("Nobody was at home")),
    (HandBackReason.OTHER, msgid("Another reason")),
)
_ACTIVE = frozenset(state.value for state in ACTIVE)


class Volunteering:
    """Shows volunteers what is theirs."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def page(self, request: Request, caller: Caller, form: Form | None = None, status: int = 200) -> Response:
        """The volunteer's first page; ``form`` carries what was refused a moment ago."""
        fragment = await self.fragment(caller)
        me = await self._doors.queries.roster.me(caller.subject)
        context = {"me": me, "fragment": fragment, "mark": mark_of(fragment), "form": form or Form.blank()}
        return self._pages.render(request, "volunteer.html", status=status, **context)

    async def fragment(self, caller: Caller) -> Markup:
        """Assignments and offers as they are now."""
        queries, now = self._doors.queries, self._doors.clock.now()
        assignments = await queries.assignments(caller.subject, MOST_SHOWN)
        offers = await queries.offers(caller.subject, now, MOST_SHOWN)
        return self._pages.fragment(
            "todo.html",
            assignments=[one for one in assignments if one.state in _ACTIVE],
            offers=offers,
            now=now,
            place=self.place,
        )

    async def active(self, caller: Caller, assignment_id: str) -> AssignmentView:
        """One of the volunteer's own assignments that still runs. Raises ``NotFound``."""
        for one in await self._doors.queries.assignments(caller.subject, MOST_SHOWN):
            if one.assignment_id == assignment_id and one.state in _ACTIVE:
                return one
        raise NotFound

    def place(self, area: str) -> str:
        """Where it is, as people say it."""
        return place_name(self._doors.rules.areas, area)


def volunteering_routes(volunteering: Volunteering, doors: Doors, pages: Pages) -> APIRouter:
    """Answering offers and serving assignments, each by a form."""
    router = APIRouter()
    _offer_routes(router, volunteering, doors)
    _assignment_routes(router, volunteering, doors, pages)
    return router


def _offer_routes(router: APIRouter, volunteering: Volunteering, doors: Doors) -> None:
    answering = doors.use_cases.answering

    async def answered(request: Request, caller: Caller, use_case: Any, command: Any) -> Response:
        try:
            await doors.do(use_case, command)
        except Refusal as refusal:
            return await volunteering.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect("/")

    @router.post("/offers/{offer_id}/accept")
    async def accept(request: Request, offer_id: str, caller: VolunteerCaller) -> Response:
        return await answered(request, caller, answering.accept_offers, Accept(offer_id, caller.subject))

    @router.post("/offers/{offer_id}/decline")
    async def decline(request: Request, offer_id: str, caller: VolunteerCaller) -> Response:
        wish = Decline(offer_id, caller.subject, DeclineOffer())
        return await answered(request, caller, answering.decline_offers, wish)

    @router.post("/assignments/{assignment_id}/start")
    async def start(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        command = Start(assignment_id, caller.subject)
        return await answered(request, caller, doors.use_cases.serving.start_assignments, command)


def _assignment_routes(router: APIRouter, volunteering: Volunteering, doors: Doors, pages: Pages) -> None:
    serving = doors.use_cases.serving

    async def form_page(
        request: Request, caller: Caller, assignment_id: str, template: str, form: Form, status: int = 200
    ) -> Response:
        context: dict[str, Any] = {
            "assignment": await volunteering.active(caller, assignment_id),
            "form": form,
            "place": volunteering.place,
            "reasons": [(reason.value, gettext(text)) for reason, text in REASONS],
        }
        return pages.render(request, template, status=status, **context)

    @router.get("/assignments/{assignment_id}/complete")
    async def report(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        return await form_page(request, caller, assignment_id, "complete.html", Form.blank())

    @router.post("/assignments/{assignment_id}/complete")
    async def complete(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            wish = form.read(CompleteLeg)
            await doors.do(serving.complete_assignments, Complete(assignment_id, caller.subject, wish))
        except Invalid as refusal:
            return await form_page(request, caller, assignment_id, "complete.html", form.refused(refusal), 422)
        except Refusal as refusal:  # it is no longer theirs to change: say so over what they have
            return await volunteering.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect("/thanks")

    @router.get("/thanks")
    async def thanks(request: Request, caller: VolunteerCaller) -> Response:
        me = await doors.queries.roster.me(caller.subject)
        return pages.render(request, "thanks.html", me=me)

    @router.get("/assignments/{assignment_id}/hand-back")
    async def ask_why(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        return await form_page(request, caller, assignment_id, "hand_back.html", Form.blank())

    @router.post("/assignments/{assignment_id}/hand-back")
    async def hand_back(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            wish = form.read(HandBackLeg)
            await doors.do(serving.hand_back_assignments, HandBack(assignment_id, caller.subject, wish))
        except Invalid as refusal:
            return await form_page(request, caller, assignment_id, "hand_back.html", form.refused(refusal), 422)
        except Refusal as refusal:  # it is no longer theirs to change: say so over what they have
            return await volunteering.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect("/")
