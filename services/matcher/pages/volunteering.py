"""A volunteer's page: the next thing first, one button for each state."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup
from starlette.datastructures import UploadFile

from services.matcher.access import Doors
from services.matcher.commands import Command, CompleteLeg, CounterOffer, DeclineOffer, HandBackLeg
from services.matcher.pages.telling import said, why
from services.matcher.policies.acceptance import ACTIVE, HandBackReason, OfferState, WindowPassed
from services.matcher.policies.photos import TooManyPhotos
from services.matcher.queries.views import AssignmentView, OfferView
from services.matcher.use_cases.answering import Accept, Counter, Decline
from services.matcher.use_cases.drawing import Taken
from services.matcher.use_cases.serving import Complete, HandBack, Start
from shared.contracts.refusal import Invalid, NotFound, NotUnderstood, Refusal, TooLarge
from shared.identity.tokens import Caller
from shared.web.callers import VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader, gettext, msgid
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


class ProposeTime(Command):
    """The form of another time: a day, and from when to when in the reader's zone; past midnight is the next day."""

    day: date
    start: time
    end: time

    @property
    def wish(self) -> CounterOffer:
        """The command it stands for."""
        zone = current_reader().zone
        begins, ends = (datetime.combine(self.day, at.replace(tzinfo=zone)) for at in (self.start, self.end))
        return CounterOffer.model_validate({"from": begins, "to": ends if ends > begins else ends + timedelta(days=1)})


class Volunteering:
    """Shows volunteers what is theirs."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def page(self, request: Request, caller: Caller, form: Form | None = None, status: int = 200) -> Response:
        """The volunteer's first page; ``form`` carries what was refused a moment ago, the address what was said."""
        fragment = await self.fragment(caller)
        me = await self._doors.queries.roster.me(caller.subject)
        context = {"me": me, "fragment": fragment, "mark": mark_of(fragment), "form": form or Form.blank()}
        told = "" if form else said(request.query_params.get("said", ""))
        return self._pages.render(request, "volunteer.html", status=status, said=told, **context)

    async def fragment(self, caller: Caller) -> Markup:
        """Assignments, offers, answers that wait, and what they may name members for, as things are now."""
        queries, now = self._doors.queries, self._doors.clock.now()
        assignments = await queries.assignments(caller.subject, MOST_SHOWN)
        return self._pages.fragment(
            "todo.html",
            assignments=[one for one in assignments if one.state in _ACTIVE],
            offers=await queries.offers(caller.subject, now, MOST_SHOWN),
            yeses=await queries.yeses(caller.subject),
            call_ups=await queries.pool.call_ups(caller.subject, now),
            now=now,
            place=self.place,
            why=self.why,
        )

    async def proposal(
        self, request: Request, caller: Caller, offer_id: str, form: Form | None = None, status: int = 200
    ) -> Response:
        """The form of another time for an open offer. Raises ``NotFound`` for one that is none of theirs."""
        offers = await self._doors.queries.offers(caller.subject, self._doors.clock.now(), MOST_SHOWN)
        offer = next((one for one in offers if one.offer_id == offer_id), None)
        if offer is None:
            raise NotFound
        begins = offer.window.from_ if offer.window else self._doors.clock.now()
        day = begins.astimezone(current_reader().zone).date().isoformat()
        context = {"offer": offer, "form": form or Form.blank({"day": day}), "place": self.place}
        return self._pages.render(request, "counter.html", status=status, **context)

    def why(self, offer: OfferView) -> str:
        """Why they are asked, in one sentence."""
        return why(offer.source, offer.parts, offer.eligible, self._doors.rules.pairing.weights)

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

    async def answered(request: Request, caller: Caller, use_case: Any, command: Any, then: str = "/") -> Response:
        try:
            answer = await doors.do(use_case, command)
        except Refusal as refusal:
            return await volunteering.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect(f"/?said={answer.state}" if isinstance(answer, Taken) else then)

    @router.post("/offers/{offer_id}/accept")
    async def accept(request: Request, offer_id: str, caller: VolunteerCaller) -> Response:
        return await answered(request, caller, answering.accept_offers, Accept(offer_id, caller.subject))

    @router.post("/offers/{offer_id}/decline")
    async def decline(request: Request, offer_id: str, caller: VolunteerCaller) -> Response:
        wish = Decline(offer_id, caller.subject, (await posted(request)).read(DeclineOffer))
        return await answered(request, caller, answering.decline_offers, wish, f"/?said={OfferState.DECLINED.value}")

    @router.get("/offers/{offer_id}/counter")
    async def another_time(request: Request, offer_id: str, caller: VolunteerCaller) -> Response:
        return await volunteering.proposal(request, caller, offer_id)

    @router.post("/offers/{offer_id}/counter")
    async def counter(request: Request, offer_id: str, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            wish = form.read(ProposeTime).wish
            taken = await doors.do(answering.counter_offers, Counter(offer_id, caller.subject, wish))
        except (Invalid, WindowPassed) as refusal:
            return await volunteering.proposal(request, caller, offer_id, form.refused(refusal), status_of(refusal))
        except Refusal as refusal:  # there is nothing to answer any more: say so over what they have
            return await volunteering.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect(f"/?said={taken.state}")

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
            "photos": await doors.queries.photos.of_assignment(assignment_id, caller.subject),
            "most_photos": doors.use_cases.photographing.limits.most,
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
            form = await _with_photos(request, form, doors, assignment_id, caller)
            wish = form.read(CompleteLeg)
            await doors.do(serving.complete_assignments, Complete(assignment_id, caller.subject, wish))
        except (Invalid, NotUnderstood, TooLarge, TooManyPhotos) as refusal:
            again = form.refused(refusal)
            return await form_page(request, caller, assignment_id, "complete.html", again, status_of(refusal))
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


async def _with_photos(request: Request, form: Form, doors: Doors, assignment_id: str, caller: Caller) -> Form:
    """The report's form with the photos that came along kept and named, beside those kept before. Raises as
    ``Doors.keep_photo``; what was kept until then stays kept, and the form shows it."""
    named = form.values.get("photos[]", ())
    async with request.form() as parts:  # its files are closed here
        for sent in parts.getlist("photo"):
            if isinstance(sent, UploadFile) and sent.size:
                named = (*named, await doors.keep_photo(assignment_id, caller, await sent.read()))
    return replace(form, values={**form.values, "photos[]": tuple(dict.fromkeys(named))}, files={})
