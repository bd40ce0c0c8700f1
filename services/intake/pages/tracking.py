"""From a tracking token to the order's page: the secret goes into a cookie of that order alone."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.intake.access import TRACK_COOKIE, Doors
from shared.contracts.refusal import FieldError, Invalid, NotFound, Unauthenticated
from shared.web.forms import Form, posted
from shared.web.i18n import msgid
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, under
from shared.web.templating import Pages, redirect

_MONTH_SECONDS = 30 * 24 * 3600
"""How long a browser keeps an order open; contact is kept as long after closing (security.md)."""


class LinkUnknown(Invalid):
    """What was typed is no tracking link of ours."""

    title = "This is not the link of an order"


class Tracking:
    """Opens orders in browsers."""

    def __init__(self, doors: Doors, *, secure: bool) -> None:
        self._doors = doors
        self._secure = secure

    async def open(self, request: Request, token: str) -> Response:
        """Go on to the order a token opens. Raises ``NotFound`` for anything we did not make, ``TooManyMisses``."""
        try:
            mine = self._doors.tracking.order_of(token)
        except Unauthenticated:
            await self._doors.missing.count(request)
            raise NotFound from None
        reference = await self._doors.concerned.reference_of(mine)
        if reference is None:
            await self._doors.missing.count(request)
            raise NotFound
        return self.lead_to(reference, token)

    def lead_to(self, reference: str, token: str, page: str = "") -> Response:
        """Go on to an order's clean address, or a page below it, its secret in a cookie that no other page is sent."""
        address = f"/orders/{reference}"
        answer = redirect(f"{address}{page}")
        answer.set_cookie(
            TRACK_COOKIE,
            token,
            max_age=_MONTH_SECONDS,
            path=address,
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
        return answer


def tracking_routes(tracking: Tracking, pages: Pages) -> APIRouter:
    """``/t/{token}``, and the page for whoever has the link on paper."""
    router = APIRouter()

    @router.get("/t/{token}")
    @under(BEARER_OF_A_SECRET)
    async def follow_link(request: Request, token: str) -> Response:
        return await tracking.open(request, token)

    @router.get("/track")
    @under(ANYBODY)
    async def track(request: Request) -> Response:
        return pages.render(request, "track.html", form=Form.blank())

    @router.post("/track")
    @under(BEARER_OF_A_SECRET)
    async def open_order(request: Request) -> Response:
        form = await posted(request)
        token = form.value("link").strip().rpartition("/")[2]
        try:
            return await tracking.open(request, token)
        except NotFound:
            refusal = LinkUnknown(errors=[FieldError("/link", _NOT_A_LINK)])
            return pages.render(request, "track.html", status=422, form=form.refused(refusal))

    return router


_NOT_A_LINK = msgid("This is not the link of an order. It ends with a long row of letters and digits.")
