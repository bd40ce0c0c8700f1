"""Sending an order: first the danger its words tell of, then who has the same matter already, then it is placed."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.pages.ordering.answers import Answers, named
from services.intake.pages.ordering.joining import joined_by, similar_to
from services.intake.pages.ordering.parties import as_shown
from services.intake.pages.ordering.showing import Showing
from services.intake.pages.ordering.steps import KEY, WARNED, answered, faulty_step, with_new_key
from services.intake.pages.tracking import Tracking
from services.intake.use_cases.placing import KeyUsedForAnotherOrder
from shared.community.areas import AreaTree
from shared.community.catalogue import Service
from shared.contracts.refusal import Invalid, Refusal
from shared.web.errors import status_of
from shared.web.forms import Form

_LONGEST_KEY = 200


class SentAlready(Invalid):
    """This very form has placed an order, and came again with something else in it."""

    title = "This form has placed an order already. Send it again to place one more."


class Sending:
    """Places what all pages came to."""

    def __init__(self, doors: Doors, areas: AreaTree, answers: Answers, showing: Showing, tracking: Tracking) -> None:
        self._doors = doors
        self._areas = areas
        self._answers = answers
        self._showing = showing
        self._tracking = tracking

    async def send(self, request: Request, form: Form, service: Service) -> Response:
        """On to the order's number, or to what is to be looked at first."""
        try:
            return await self._send(request, form, service)
        except KeyUsedForAnotherOrder:
            return self.refused(request, with_new_key(form), service, SentAlready())
        except Refusal as refusal:
            return self.refused(request, form, service, refusal)

    def refused(self, request: Request, form: Form, service: Service, refusal: Refusal) -> Response:
        """The first page with something wrong on it, in focus, with all that was typed."""
        again = form.refused(as_shown(refusal))
        return self._showing.step(request, faulty_step(again), again, service, status_of(refusal))

    async def _send(self, request: Request, form: Form, service: Service) -> Response:
        page = _PLACED if answered(form) else ""
        if joined := await joined_by(self._doors, named(form)):
            return self._tracking.lead_to(joined.reference, joined.tracking_token, page)
        order = self._answers.order(form, service)
        if answered(form) and not form.value(WARNED) and (await self._showing.meant(form)).danger:
            return self._showing.danger(request, form, service)
        if similar := await similar_to(self._doors, self._areas, form, order):
            return self._showing.similar(request, form, service, similar)
        placed = await self._doors.place(order, form.value(KEY)[:_LONGEST_KEY] or None)
        return self._tracking.lead_to(placed.reference, placed.tracking_token, page)


_PLACED = "/placed"
"""Whoever came by the pages sees the number first; whole orders lead to the order itself, as they always have."""
