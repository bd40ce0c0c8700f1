"""A volunteer answers an offer: yes, no with a reason or without, or another time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.commands import Command, CounterOffer, DeclineOffer
from services.matcher.pages.volunteering import REASONS, Volunteering
from services.matcher.policies.acceptance import HandBackReason, OfferState, WindowPassed
from services.matcher.use_cases.answering import Accept, Counter, Decline
from shared.contracts.refusal import Invalid, Refusal
from shared.web.callers import VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader, gettext
from shared.web.templating import Pages, redirect


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


def answering_routes(router: APIRouter, volunteering: Volunteering, doors: Doors, pages: Pages) -> None:
    """Yes, no, and another time; each a form."""
    answering = doors.use_cases.answering

    @router.post("/offers/{offer_id}/accept")
    async def accept(request: Request, offer_id: str, caller: VolunteerCaller) -> Response:
        return await volunteering.answer(request, caller, answering.accept_offers, Accept(offer_id, caller.subject))

    @router.post("/offers/{offer_id}/decline")
    async def decline(request: Request, offer_id: str, caller: VolunteerCaller) -> Response:
        wish = Decline(offer_id, caller.subject, (await posted(request)).read(DeclineOffer))
        return await volunteering.answer(
            request, caller, answering.decline_offers, wish, f"/?said={OfferState.DECLINED.value}"
        )

    @router.get("/offers/{offer_id}/decline")
    async def say_why(request: Request, offer_id: str, caller: VolunteerCaller) -> Response:
        context: dict[str, Any] = {
            "offer": await volunteering.asked(caller, offer_id),
            "reasons": [(one.value, gettext(text)) for one, text in REASONS if one is not HandBackReason.NOBODY_HOME],
        }
        return pages.render(request, "decline.html", form=Form.blank(), place=volunteering.place, **context)

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
