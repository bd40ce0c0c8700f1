"""Finding lost orders: the phone, then the code that came to it, then the orders. The claim stays in a cookie."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.access.finding import PERSONAL_TTL, address_of
from services.intake.commands.finding import FindOrders, OpenOrders
from services.intake.pages.kiosk import own_device
from services.intake.pages.personal import remember_phone
from shared.contracts.refusal import FieldError, Refusal
from shared.identity.codes import CodeDead, CodeNotAccepted
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, under
from shared.web.templating import Pages

FIND_COOKIE = "paidan_find"
"""Holds the claim of a code; a browser sends it to these pages alone."""

ADDRESS = "/find"


def finding_pages(doors: Doors, pages: Pages, *, secure: bool) -> APIRouter:
    """``/find``; ``secure``: its cookie travels over TLS alone."""
    router = APIRouter(dependencies=[Depends(own_device)])

    def page(request: Request, form: Form, status: int = 200) -> Response:
        return pages.render(request, "find.html", status=status, form=form)

    def code_page(request: Request, form: Form, status: int = 200) -> Response:
        minutes = doors.use_cases.finding.limits.valid.total_seconds() / 60
        return pages.render(request, "find_code.html", status=status, form=form, minutes=round(minutes))

    @router.get(ADDRESS)
    @under(ANYBODY)
    async def start(request: Request) -> Response:
        return page(request, Form.blank())

    @router.post(ADDRESS)
    @under(ANYBODY)
    async def ask_code(request: Request) -> Response:
        form = await posted(request)
        try:
            wish = form.read(FindOrders)
            asked = await doors.finder.ask(wish, address_of(request), current_reader().language)
        except Refusal as refusal:
            return page(request, form.refused(refusal), status_of(refusal))
        answer = code_page(request, Form.blank({"phone": form.value("phone")}))
        answer.set_cookie(
            FIND_COOKIE,
            asked.claim,
            max_age=round(doors.use_cases.finding.limits.valid.total_seconds()),
            path=ADDRESS,
            secure=secure,
            httponly=True,
            samesite="lax",
        )
        return answer

    @router.post(f"{ADDRESS}/code")
    @under(BEARER_OF_A_SECRET)
    async def open_orders(request: Request) -> Response:
        form = await posted(request)
        claim = request.cookies.get(FIND_COOKIE)
        try:
            if not claim:
                raise CodeNotAccepted
            typed = Form({**form.values, "claim": (claim,)})
            found = await doors.finder.open(typed.read(OpenOrders))
        except Refusal as refusal:
            again = Form.blank({"phone": form.value("phone")})
            return code_page(request, again.refused(_of_the_code(refusal)), status_of(refusal))
        answer = pages.render(request, "found.html", orders=found.items)
        remember_phone(answer, found.personal_token, seconds=round(PERSONAL_TTL.total_seconds()), secure=secure)
        answer.delete_cookie(FIND_COOKIE, path=ADDRESS, secure=secure, httponly=True, samesite="lax")
        return answer

    return router


def _of_the_code(refusal: Refusal) -> Refusal:
    """The same refusal, told at the field of the code, where it is the code's."""
    if not isinstance(refusal, CodeNotAccepted | CodeDead):
        return refusal
    return type(refusal)(errors=[FieldError("/code", refusal.title)])
