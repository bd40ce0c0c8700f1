"""A volunteer's page: the next thing first, one button for each state."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

from services.matcher.access import Doors
from services.matcher.pages.telling import how_far, said, why
from services.matcher.policies.acceptance import ACTIVE, AssignmentState, HandBackReason
from services.matcher.queries.views import AssignmentView, OfferView
from services.matcher.use_cases.drawing import Taken
from shared.contracts.refusal import NotFound, Refusal
from shared.identity.tokens import Caller
from shared.web.errors import status_of
from shared.web.forms import Form
from shared.web.i18n import current_reader, msgid
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
        """The volunteer's first page; ``form`` carries what was refused a moment ago, the address what was said."""
        fragment = await self.fragment(caller)
        me = await self._doors.queries.roster.me(caller.subject)
        context = {"me": me, "fragment": fragment, "mark": mark_of(fragment), "form": form or Form.blank()}
        told = "" if form else said(request.query_params.get("said", ""))
        return self._pages.render(request, "volunteer.html", status=status, said=told, **context)

    async def fragment(self, caller: Caller) -> Markup:
        """The next thing first, then what follows, offers, answers that wait, and what they may name members for. Time
        left is told to the minute, so that a page at which nothing happens changes once a minute at most.
        """
        queries, now = self._doors.queries, self._doors.clock.now()
        assignments = await queries.assignments(caller.subject, MOST_SHOWN)
        home = (await queries.roster.me(caller.subject)).home
        return self._pages.fragment(
            "todo.html",
            assignments=sorted((one for one in assignments if one.state in _ACTIVE), key=_first_to_do),
            offers=await queries.offers(caller.subject, now, MOST_SHOWN),
            yeses=await queries.yeses(caller.subject),
            call_ups=await queries.pool.call_ups(caller.subject, now),
            now=now,
            minute=now.replace(second=0, microsecond=0),
            place=self.place,
            why=self.why,
            how_far=lambda offer: how_far(home, offer.area, self._doors.rules.areas),
            how_long=self.how_long,
        )

    async def asked(self, caller: Caller, offer_id: str) -> OfferView:
        """One of the volunteer's own offers that may still be answered. Raises ``NotFound``."""
        for one in await self._doors.queries.offers(caller.subject, self._doors.clock.now(), MOST_SHOWN):
            if one.offer_id == offer_id:
                return one
        raise NotFound

    async def proposal(
        self, request: Request, caller: Caller, offer_id: str, form: Form | None = None, status: int = 200
    ) -> Response:
        """The form of another time for an open offer. Raises ``NotFound`` for one that is none of theirs."""
        offer = await self.asked(caller, offer_id)
        begins = offer.window.from_ if offer.window else self._doors.clock.now()
        day = begins.astimezone(current_reader().zone).date().isoformat()
        context = {"offer": offer, "form": form or Form.blank({"day": day}), "place": self.place}
        return self._pages.render(request, "counter.html", status=status, **context)

    def how_long(self, offer: OfferView) -> timedelta | None:
        """How long one serving of it usually takes; None for a service the catalogue has no more."""
        service = self._doors.rules.services_by_code.get(offer.service)
        return timedelta(minutes=service.duration_minutes) if service else None

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

    async def answer(self, request: Request, caller: Caller, use_case: Any, command: Any, then: str = "/") -> Response:
        """Do it and lead on; what refuses it is said over what they have."""
        try:
            answer = await self._doors.do(use_case, command)
        except Refusal as refusal:
            return await self.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect(f"/?said={answer.state}" if isinstance(answer, Taken) else then)


def _first_to_do(one: AssignmentView) -> tuple[bool, datetime]:
    """What is under way comes first, then what begins or falls due soonest."""
    begins = one.window.from_ if one.window else one.due_at
    return one.state != AssignmentState.UNDER_WAY.value, begins or one.assigned_at
