"""``GET /components``: every part of the design language in all its states, for whoever builds pages.

Served where ``PAIDAN_COMPONENTS`` says so, as on the local stack; elsewhere it does not exist. Nothing on it is real.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from shared.contracts.refusal import FieldError, Invalid, NotFound
from shared.web.forms import Form
from shared.web.i18n import current_reader, gettext, msgid
from shared.web.rules import ANYBODY, under
from shared.web.templating import Pages

COMPONENTS = "/components"
_ASKED = timedelta(minutes=30)
_DAYS = (msgid("Mo"), msgid("Tu"), msgid("We"), msgid("Th"), msgid("Fr"), msgid("Sa"), msgid("Su"))


@dataclass(frozen=True)
class Step:
    """A step of the example's timeline."""

    what: str
    at: datetime
    by: str = ""
    note: str = ""


def component_routes(pages: Pages, *, served: bool) -> APIRouter:
    """The page's route; where it is not ``served`` it is answered 404 like any other that is not there."""
    router = APIRouter(include_in_schema=False)

    @router.get(COMPONENTS)
    @under(ANYBODY)
    async def components(request: Request) -> Response:
        if not served:
            raise NotFound
        now = current_reader().now()
        return pages.render(
            request,
            "web/components/page.html",
            now=now,
            span=_ASKED,
            days=_DAYS,
            steps=_steps(now),
            blank=_filled_in(),
            faulty=_faulty(),
        )

    return router


def _steps(now: datetime) -> list[Step]:
    coordinator = gettext(msgid("coordinator of the grid"))
    return [
        Step(gettext(msgid("Ordered")), now - timedelta(days=1, hours=3)),
        Step(gettext(msgid("Volunteers were asked")), now - timedelta(days=1, hours=2), coordinator),
        Step(gettext(msgid("Taken")), now - timedelta(hours=1), note=gettext(msgid("Somebody comes today."))),
    ]


def _filled_in() -> Form:
    return Form({"soon": ("today",), "free[]": ("18", "19", "138")})


def _faulty() -> Form:
    missing = [FieldError("/phone", "Please fill this in"), FieldError("/way", "Please fill this in")]
    return Form({"phone": ("",), "way": ("",)}).refused(Invalid(errors=missing))
