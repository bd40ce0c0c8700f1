"""Operators' page of signing in: a name and a password."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.notifier.access.passwords import PasswordDoor
from shared.contracts.refusal import Refusal
from shared.identity.signing_in import Sessions
from shared.web.callers import Callers
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, under
from shared.web.signing_in import SIGN_IN
from shared.web.templating import Pages, redirect

LONGEST = 256


def password_pages(
    pages: Pages, door: PasswordDoor, sessions: Sessions, callers: Callers, *, provider: bool
) -> APIRouter:
    """``/sign-in``. Each sign-in gives a new session and ends the one the browser came with. ``provider``: there is one
    to sign in at as well.
    """
    router = APIRouter(include_in_schema=False)

    @router.get(SIGN_IN)
    @under(ANYBODY)
    async def form(request: Request, back: str = "/") -> Response:
        return pages.render(request, "sign_in.html", form=Form.blank({"back": pages.way_back(back)}), provider=provider)

    @router.post(SIGN_IN)
    @under(BEARER_OF_A_SECRET)
    async def sign_in(request: Request) -> Response:
        typed = await posted(request)
        name, address = typed.value("name").strip()[:LONGEST], request.client.host if request.client else ""
        back = pages.way_back(typed.value("back", "/"))
        try:
            caller = await door.enter(name, typed.value("password"), address)
        except Refusal as refusal:
            again = Form.blank({"back": back, "name": name}).refused(refusal)
            return pages.render(request, "sign_in.html", status=status_of(refusal), form=again, provider=provider)
        answer = redirect(back)
        if before := request.cookies.get(callers.cookie_name, ""):
            await sessions.close(before)
        callers.remember(answer, await sessions.open(caller))
        return answer

    return router
