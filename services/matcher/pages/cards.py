"""A volunteer's own card with hours and thanks, what they show of themselves, and what residents see of it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.commands.own import LONGEST_PROMISE, NameShown, ShowCard, TakeBackCard, Title
from services.matcher.policies.cards import family_name
from services.matcher.queries.card_views import ShownCardView
from services.matcher.use_cases.availing import Own
from shared.contracts.refusal import NotFound, Refusal
from shared.identity.tokens import Caller
from shared.web.callers import VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import gettext
from shared.web.paging import After, cursor_of, place_of
from shared.web.rules import ANYBODY, under
from shared.web.templating import Pages, redirect
from shared.web.wording import called, place_name

MONTHS = 12
LAST = 5
ROWS = 30


class Cards:
    """Shows volunteers their card, and residents what volunteers show."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def own(self, request: Request, caller: Caller) -> Response:
        """Who one is here, hours and thanks by month, and what one served last."""
        queries = self._doors.queries
        return self._pages.render(
            request,
            "card.html",
            me=await queries.roster.me(caller.subject),
            months=await queries.cards.months(caller.subject, MONTHS),
            last=await queries.cards.served(caller.subject, LAST),
            place=self._place,
        )

    async def choosing(self, request: Request, caller: Caller, form: Form | None = None, status: int = 200) -> Response:
        """What to show; ``form`` carries what was refused a moment ago."""
        me = await self._doors.queries.roster.me(caller.subject)
        card = me.public_card
        known = {"name_shown": NameShown.FAMILY.value, "title": Title.COMRADE.value, "posts": "true"}
        if card is not None:
            known = {"name_shown": card.name_shown.value, "title": card.title.value, "promise": card.promise or ""}
            known |= {"posts": "true"} if card.posts else {}
        family = family_name(me.name)
        return self._pages.render(
            request,
            "card_public.html",
            status=status,
            me=me,
            form=form or Form.blank(known),
            names=[
                (NameShown.FAMILY.value, gettext("My family name and what people call me")),
                (NameShown.FULL.value, gettext("My whole name: %(name)s") % {"name": me.name}),
            ],
            titles=[(title.value, called(family, title.value)) for title in Title],
            longest=LONGEST_PROMISE,
            place=self._place,
            community=self._doors.rules.areas.community_of(me.home) or me.home,
        )

    async def community(self, request: Request, area: str | None, cursor: str | None) -> Response:
        """The cards of one community, or which communities have any. Raises ``NotFound`` for no community."""
        cards, areas = self._doors.queries.cards, self._doors.rules.areas
        if not area:
            known = await cards.communities()
            there = [(one.code, self._place(one.code)) for one in areas.of_kind("community") if one.code in known]
            return self._seen(request, "cards.html", area="", communities=there, rows=[], following=None)
        if area not in areas or areas.community_of(area) != area:
            raise NotFound
        after = str(place_of(cursor, str)[0]) if cursor else ""
        rows = await cards.shown_in(area, ROWS, after)
        following = cursor_of((rows[-1].card_id,)) if len(rows) == ROWS else None
        return self._seen(request, "cards.html", area=area, communities=[], rows=rows, following=following)

    async def one(self, request: Request, card_id: str) -> Response:
        """One card. Raises ``NotFound`` once it was taken back."""
        return self._seen(request, "card_shown.html", card=await self._doors.queries.cards.shown(card_id))

    def _seen(self, request: Request, template: str, **context: Any) -> Response:
        answer = self._pages.render(request, template, place=self._place, called=_called, **context)
        answer.headers["X-Robots-Tag"] = "noindex"  # shown to neighbours, not to the world's search engines
        return answer

    def _place(self, area: str) -> str:
        return place_name(self._doors.rules.areas, area)


def _called(card: ShownCardView) -> str:
    return called(card.name, card.title.value) if card.title else card.name


def card_pages(cards: Cards, doors: Doors) -> APIRouter:
    """``/card``, ``/card/public`` with its forms, and ``/cards``."""
    router, presenting = APIRouter(), doors.use_cases.presenting

    @router.get("/card")
    async def own(request: Request, caller: VolunteerCaller) -> Response:
        return await cards.own(request, caller)

    @router.get("/card/public")
    async def choose(request: Request, caller: VolunteerCaller) -> Response:
        return await cards.choosing(request, caller)

    @router.post("/card/public")
    async def show(request: Request, caller: VolunteerCaller) -> Response:
        form = await posted(request)
        try:
            await doors.do(presenting.show_card, Own(caller.subject, form.read(ShowCard)))
        except Refusal as refusal:
            return await cards.choosing(request, caller, form.refused(refusal), status_of(refusal))
        return redirect("/card/public")

    @router.post("/card/public/end")
    async def take_back(request: Request, caller: VolunteerCaller) -> Response:
        try:
            await doors.do(presenting.take_back_card, Own(caller.subject, TakeBackCard()))
        except Refusal as refusal:
            return await cards.choosing(request, caller, Form.blank().refused(refusal), status_of(refusal))
        return redirect("/card/public")

    @router.get("/cards")
    @under(ANYBODY)
    async def community(request: Request, area: str | None = None, cursor: After = None) -> Response:
        return await cards.community(request, area, cursor)

    @router.get("/cards/{card_id}")
    @under(ANYBODY)
    async def one(request: Request, card_id: str) -> Response:
        return await cards.one(request, card_id)

    return router
