"""Signing a browser in with a signed access token, and out again."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import APIRouter, Request
from fastapi.responses import Response

from shared.contracts.refusal import FieldError, Invalid, Unauthenticated
from shared.contracts.words import Role
from shared.identity.signing_in import Sessions
from shared.identity.tokens import Caller, TokenSigner
from shared.web.callers import AnybodyKnown, Callers, MaybeCaller
from shared.web.forms import Form, posted
from shared.web.i18n import msgid
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, under
from shared.web.templating import Pages, redirect
from shared.web.wording import ROLES

SIGN_IN = "/sign-in"
BY_TOKEN = f"{SIGN_IN}/token"
"""Where a signed token is exchanged for a session: the only way in where a service has no other."""
SIGN_OUT = "/sign-out"
EVERYWHERE = f"{SIGN_OUT}/everywhere"
"""Where somebody ends all they have, in every browser and at every service."""


class TokenNotAccepted(Invalid):
    """The token is not ours, has expired, or speaks for a role that has no pages here."""

    title = "This token is not accepted here"


class SigningIn:
    """The door of one service's pages. ``roles`` are those it has pages for."""

    def __init__(self, signer: TokenSigner, sessions: Sessions, callers: Callers, roles: Collection[Role]) -> None:
        self._signer = signer
        self._sessions = sessions
        self._callers = callers
        self.roles = tuple(roles)

    async def enter(self, token: str, response: Response) -> None:
        """Open a session for whom the token speaks. Raises ``TokenNotAccepted``, without saying why."""
        caller = self._caller(token)
        if caller is None or caller.role not in self.roles:
            raise TokenNotAccepted(errors=[FieldError("/token", _REFUSED)])
        self._callers.remember(response, await self._sessions.open(caller))

    async def leave(self, request: Request, response: Response) -> None:
        """Close the session of this browser, if it has one."""
        cookie = request.cookies.get(self._callers.cookie_name, "")
        if cookie:
            await self._sessions.close(cookie)
        self._callers.forget(response)

    async def leave_everywhere(self, caller: Caller, request: Request, response: Response) -> None:
        """End all sessions and tokens of the caller, at every service. Raises ``Unavailable``."""
        await self._sessions.leave_everywhere(caller, request.cookies.get(self._callers.cookie_name, ""))
        self._callers.forget(response)

    def _caller(self, token: str) -> Caller | None:
        try:
            return self._signer.verify(token)
        except Unauthenticated:
            return None


def signing_in_routes(pages: Pages, door: SigningIn, other: APIRouter | None = None) -> APIRouter:
    """``/sign-in/token``, ``/sign-out`` and, as page and as JSON, ``/sign-out/everywhere``; they change something by
    POST alone. ``other``: who is signed in at ``/sign-in`` in another way; without it that page asks for the token as
    well.
    """
    both, router = APIRouter(), APIRouter(include_in_schema=False)
    roles = [ROLES[role] for role in door.roles]

    @router.get(BY_TOKEN)
    @under(ANYBODY)
    async def sign_in_form(request: Request, back: str = "/") -> Response:
        return pages.render(request, "web/sign_in.html", form=Form.blank({"back": pages.way_back(back)}), roles=roles)

    if other is None:
        router.get(SIGN_IN)(sign_in_form)
    else:
        router.include_router(other)

    @router.post(BY_TOKEN)
    @under(BEARER_OF_A_SECRET)
    async def sign_in(request: Request) -> Response:
        form = await posted(request)
        answer = redirect(pages.way_back(form.value("back", "/")))
        try:
            await door.enter(form.value("token").strip(), answer)
        except TokenNotAccepted as refusal:
            again = Form.blank({"back": pages.way_back(form.value("back", "/")), "token": ""}).refused(refusal)
            return pages.render(request, "web/sign_in.html", status=422, form=again, roles=roles)
        return answer

    @router.post(SIGN_OUT)
    @under(ANYBODY)
    async def sign_out(request: Request) -> Response:
        answer = redirect(SIGN_IN)
        await door.leave(request, answer)
        return answer

    @router.post(EVERYWHERE)
    @under(ANYBODY)
    async def sign_out_everywhere(request: Request, caller: MaybeCaller) -> Response:
        answer = redirect(SIGN_IN)
        if caller is not None:
            await door.leave_everywhere(caller, request, answer)
        return answer

    @both.post(f"/api{EVERYWHERE}", status_code=204)
    async def end_everything(request: Request, response: Response, caller: AnybodyKnown) -> None:
        """Sign out everywhere: every session and every token of the caller ends now, at all services."""
        await door.leave_everywhere(caller, request, response)

    both.include_router(router)
    return both


_REFUSED = msgid("This token is not accepted here: it has expired, or it speaks for somebody else.")
