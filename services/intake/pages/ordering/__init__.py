"""The way to an order, one thing a page: what → where → when → who → check. By links and forms alone: what was answered
travels in the forms, nothing of it in an address.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.pages.ordering.answers import Answers
from services.intake.pages.ordering.sending import Sending
from services.intake.pages.ordering.showing import Showing
from services.intake.pages.ordering.steps import PLACE, WARNED, Step, answered, keyed, next_step, wanted
from services.intake.pages.tracking import Tracking
from services.intake.policies.acceptance import OrderInvalid
from services.intake.policies.entry import DayHours
from shared.community.catalogue import Service
from shared.community.definition import Community
from shared.contracts.refusal import FieldError, NotFound, Refusal
from shared.web.errors import status_of
from shared.web.forms import Form, FormInvalid, posted
from shared.web.i18n import msgid
from shared.web.rules import ANYBODY, under
from shared.web.templating import Pages

Where = Annotated[str, Query(alias="in", max_length=64)]


def ordering_routes(doors: Doors, rules: Community, pages: Pages, tracking: Tracking, hours: DayHours) -> APIRouter:
    """``/``, ``/order`` for one's own words, and ``/order/{service}?in={area}``."""
    router = APIRouter()
    answers = Answers(doors, rules, hours)
    showing = Showing(doors, rules, pages, answers)
    sending = Sending(doors, rules.areas, answers, showing, tracking)

    @router.get("/")
    @router.get("/order")
    @under(ANYBODY)
    async def catalogue(request: Request) -> Response:
        return showing.catalogue(request, keyed(Form.blank()))

    @router.post("/order")
    @under(ANYBODY)
    async def say_it(request: Request) -> Response:
        form = keyed(await posted(request))
        if not form.value("details").strip():
            return showing.catalogue(request, form.refused(OrderInvalid(errors=[FieldError("/details", _SAY)])), 422)
        try:
            told = await showing.meant(form)
        except FormInvalid as refusal:
            return showing.catalogue(request, form.refused(_of_the_words(refusal)), status_of(refusal))
        if told.danger and not form.value(WARNED):
            return showing.danger(request, form, None)
        if told.chosen and wanted(form) is None:
            chosen = showing.service(told.chosen)
            return showing.step(request, next_step(form), form, chosen, understood=True)
        return await showing.what(request, form)

    @router.get("/order/{service}")
    @under(ANYBODY)
    async def begin(request: Request, service: str, where: Where = "") -> Response:
        return showing.step(request, Step.WHERE, keyed(Form.blank({PLACE: where})), showing.service(service))

    @router.post("/order/{service}")
    @under(ANYBODY)
    async def answer(request: Request, service: str) -> Response:
        chosen, form = showing.service(service), keyed(await posted(request))
        if (step := wanted(form)) is not None:
            return await show(request, step, form, chosen)
        if (step := answered(form)) in {None, Step.CHECK}:
            return await sending.send(request, form, chosen)
        if step is Step.WHERE and form.value(PLACE):
            return await show(request, step, form, chosen)
        try:
            form = answers.settled(step or Step.CHECK, form, chosen)
        except NotFound:
            raise
        except Refusal as refusal:
            return sending.refused(request, form, chosen, refusal)
        return await show(request, next_step(form), form, chosen)

    async def show(request: Request, step: Step, form: Form, service: Service) -> Response:
        if step is Step.WHAT:
            return await showing.what(request, form, service)
        return showing.step(request, step, form, service)

    return router


def _of_the_words(refused: FormInvalid) -> FormInvalid:
    """What is wrong with the words, said where they were typed."""
    return FormInvalid(errors=[replace(error, pointer="/details") for error in refused.errors])


_SAY = msgid("Say in a few words what it is about, or choose below")
