"""Operators' way in by their provider: to it, and back from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from shared.contracts.audit import What
from shared.contracts.refusal import NotFound, Refusal
from shared.identity.signing_in import Sessions
from shared.web.callers import Callers
from shared.web.errors import status_of
from shared.web.forms import Form
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, under
from shared.web.signing_in import SIGN_IN
from shared.web.templating import Pages, redirect

if TYPE_CHECKING:
    from services.notifier.access.providers import ProviderDoor  # loaded where a provider is told

BY_PROVIDER = f"{SIGN_IN}/provider"
BACK = f"{BY_PROVIDER}/back"
"""Where the provider leads browsers back to."""
_COOKIE = "paidan_notifier_provider"
_COOKIE_SECONDS = 600


def provider_pages(
    pages: Pages, door: ProviderDoor | None, sessions: Sessions, callers: Callers, *, secure: bool
) -> APIRouter:
    """``/sign-in/provider`` and the way back; without a ``door`` neither is there. Each sign-in gives a new session and
    ends the one the browser came with.
    """
    router = APIRouter(include_in_schema=False)

    def again(request: Request, refusal: Refusal) -> Response:
        form = Form.blank({"back": "/", "name": ""}).refused(refusal)
        return pages.render(request, "sign_in.html", status=status_of(refusal), form=form, provider=True)

    @router.get(BY_PROVIDER)
    @under(ANYBODY)
    async def begin(request: Request, back: str = "/") -> Response:
        if door is None:
            raise NotFound
        try:
            begun = await door.begin(pages.way_back(back))
        except Refusal as refusal:
            return again(request, refusal)
        answer = RedirectResponse(begun.address, status_code=303)
        answer.set_cookie(
            _COOKIE, begun.kept, _COOKIE_SECONDS, path=SIGN_IN, secure=secure, httponly=True, samesite="lax"
        )
        return answer

    @router.get(BACK)
    @under(BEARER_OF_A_SECRET)
    async def finish(request: Request, state: str = "", code: str = "") -> Response:
        if door is None:
            raise NotFound
        try:
            came = await door.finish(request.cookies.get(_COOKIE, ""), state, code)
            token = await sessions.accept(came, What.SIGNED_IN)
        except Refusal as refusal:
            return again(request, refusal)
        answer = redirect(pages.way_back(came.path))
        if before := request.cookies.get(callers.cookie_name, ""):
            await sessions.close(before)
        callers.remember(answer, token)
        answer.delete_cookie(_COOKIE, path=SIGN_IN, secure=secure, httponly=True, samesite="lax")
        return answer

    return router
