"""Reporting a danger: the numbers that help at once come first, then the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.commands.incidents import ReportIncident
from services.intake.queries import OrderFound
from services.intake.use_cases.incidents import Report
from shared.community.definition import Community
from shared.contracts.refusal import Refusal
from shared.contracts.words import IncidentKind
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import gettext, msgid
from shared.web.templating import Pages, redirect

KINDS: Mapping[str, str] = {
    IncidentKind.INJURY.value: msgid("Somebody is hurt"),
    IncidentKind.THREAT.value: msgid("Somebody is threatened or attacked"),
    IncidentKind.FIRE_GAS.value: msgid("Fire, gas or electricity"),
    IncidentKind.CHILD.value: msgid("A child is in danger"),
    IncidentKind.OTHER.value: msgid("Another danger"),
}


def danger_pages(doors: Doors, rules: Community, pages: Pages) -> APIRouter:
    """``/orders/{reference}/danger``, for everybody concerned in the order."""
    router = APIRouter()
    concerned: Any = Depends(doors.order_concerned)

    def page(request: Request, reference: str, form: Form, status: int = 200) -> Response:
        kinds = [(kind, gettext(text)) for kind, text in KINDS.items()]
        shown = {"reference": reference, "form": form, "kinds": kinds, "station": rules.station_phone}
        return pages.render(request, "danger.html", status=status, **shown)

    @router.get("/orders/{reference}/danger")
    async def ask(request: Request, reference: str, _found: OrderFound = concerned) -> Response:
        return page(request, reference, Form.blank())

    @router.post("/orders/{reference}/danger")
    async def report(request: Request, reference: str, found: OrderFound = concerned) -> Response:
        form = await posted(request)
        try:
            command = Report(found.order_id, found.resident_id, form.read(ReportIncident))
            await doors.use_cases.writer.do(doors.use_cases.incidents.report, command)
        except Refusal as refusal:
            return page(request, reference, form.refused(refusal), status_of(refusal))
        return redirect(f"/orders/{reference}")

    return router
