"""Another time for the resident, and a second order for another matter."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.access.arranging import correct_service, set_window, split_order
from services.intake.commands import CorrectService, SetWindow, SplitOrder
from services.intake.pages.desk.page import ADDRESS, DeskPage, Section, Seen
from services.intake.policies.lifecycle import OPEN
from services.intake.queries import OrderFound
from shared.contracts.refusal import Refusal
from shared.contracts.words import OrderState, Urgency
from shared.identity.tokens import Caller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader
from shared.web.templating import redirect
from shared.web.wording import WORDS

_ARRANGING, KEY = "arranging", "key"
_MOMENTS = ("window.from", "window.to")
_ARRANGEABLE = frozenset(state.value for state in OPEN - {OrderState.DONE})


def arranging_section(doors: Doors) -> Section:
    """The form for another time and the way to a second order, while nothing is served yet; and what was divided."""

    async def shows(seen: Seen) -> Mapping[str, Any] | None:
        can = seen.order.state in _ARRANGEABLE
        services = [(one.code, one.name) for one in doors.views.catalogue(current_reader().language)]
        return {"can": can, "services": services} if can or seen.order.related else None

    return Section(_ARRANGING, shows)


def arranging_pages(page: DeskPage) -> APIRouter:
    """``/window``, ``/service`` and ``/split`` below an order's page."""
    router = APIRouter(prefix=ADDRESS)

    @router.post("/window")
    async def window(request: Request, reference: str, caller: Caller = page.coordinator) -> Response:
        async def act(found: OrderFound, form: Form) -> None:
            await set_window(page.doors, found, form.read(SetWindow, moments=_MOMENTS, groups=("window",)), caller)

        return await page.take(request, caller, reference, _ARRANGING, act)

    @router.post("/service")
    async def service(request: Request, reference: str, caller: Caller = page.coordinator) -> Response:
        async def act(found: OrderFound, form: Form) -> None:
            await correct_service(page.doors, found, form.read(CorrectService), caller)

        return await page.take(request, caller, reference, _ARRANGING, act)

    @router.get("/split")
    async def split_form(request: Request, reference: str, caller: Caller = page.coordinator) -> Response:
        await page.doors.order_within(reference, caller)
        return _form(page, request, reference, Form.blank({KEY: secrets.token_urlsafe(16)}))

    @router.post("/split")
    async def split(request: Request, reference: str, caller: Caller = page.coordinator) -> Response:
        found, form = await page.doors.order_within(reference, caller), await posted(request)
        wish = replace(form, values={name: texts for name, texts in form.values.items() if name != KEY})
        key = form.value(KEY)[:150] or None
        try:
            made = await split_order(page.doors, found, wish.read(SplitOrder, moments=_MOMENTS), caller, key)
        except Refusal as refusal:
            return _form(page, request, reference, form.refused(refusal), status_of(refusal))
        return redirect(f"/desk/orders/{made.reference}")

    return router


def _form(page: DeskPage, request: Request, reference: str, form: Form, status: int = 200) -> Response:
    language = current_reader().language
    return page.pages.render(
        request,
        "desk_split.html",
        status=status,
        form=form,
        reference=reference,
        address=f"/desk/orders/{reference}",
        services=[(service.code, service.name) for service in page.doors.views.catalogue(language)],
        urgencies=[(urgency.value, WORDS["urgency_name"](urgency)) for urgency in Urgency],
    )
