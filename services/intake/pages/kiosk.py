"""A device of a station, which strangers share: large, and it forgets whoever was there. One page turns it into one.

What is forgotten are the cookies, after each person by their button and after a while without a touch (``shell.js``).
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.intake.access import TRACK_COOKIE
from shared.contracts.refusal import Forbidden
from shared.web.forms import posted
from shared.web.i18n import KIOSK_COOKIE, current_reader
from shared.web.rules import ANYBODY, under
from shared.web.templating import Pages, redirect

ADDRESS = "/kiosk"
ORDERS = "/orders"
"""Where a shared device is sent the secret of an order: the next one takes its place, and one deed forgets it."""
_A_YEAR_SECONDS = 365 * 24 * 3600


class OwnDeviceNeeded(Forbidden):
    """Lost orders are found and links are opened on a device of one's own."""

    title = "This is not shown on a device that everybody uses"


async def own_device() -> None:
    """Dependency of routes that a shared device does not have. Raises ``OwnDeviceNeeded``."""
    if current_reader().kiosk:
        raise OwnDeviceNeeded("Please open it on your own phone, or ask the people of the station.")


def kiosk_pages(pages: Pages, *, secure: bool) -> APIRouter:
    """``/kiosk``, and ``/kiosk/forget``; ``secure``: cookies travel over TLS alone."""
    router = APIRouter(include_in_schema=False)

    def forget(request: Request, answer: Response) -> Response:
        for name in request.cookies:
            if name != KIOSK_COOKIE:
                answer.delete_cookie(name, secure=secure, httponly=True, samesite="lax")
        answer.delete_cookie(TRACK_COOKIE, path=ORDERS, secure=secure, httponly=True, samesite="lax")
        return answer

    @router.get(ADDRESS)
    @under(ANYBODY)
    async def explain(request: Request) -> Response:
        return pages.render(request, "kiosk.html")

    @router.post(ADDRESS)
    @under(ANYBODY)
    async def turn(request: Request) -> Response:
        answer = forget(request, redirect("/"))
        if (await posted(request)).value("on") == "1":
            answer.set_cookie(
                KIOSK_COOKIE, "1", max_age=_A_YEAR_SECONDS, secure=secure, httponly=True, samesite="lax"
            )  # fmt: skip
        else:
            answer.delete_cookie(KIOSK_COOKIE, secure=secure, httponly=True, samesite="lax")
        return answer

    @router.post(f"{ADDRESS}/forget")
    @under(ANYBODY)
    async def forget_whoever_was_there(request: Request) -> Response:
        return forget(request, redirect("/"))

    return router
