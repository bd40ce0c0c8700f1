"""The sign-in pages and JSON doors of who is known by a phone: the phone, then the code that came to it.

The claim stays in a cookie of the browser that asked, so that a code is of no use to anybody else. Each sign-in gives a
new session, whatever cookie the browser came with.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from shared.community.phones import mobile
from shared.contracts.refusal import FieldError, Refusal
from shared.identity.code_door import CodeDoor
from shared.identity.codes import CodeDead, CodeNotAccepted
from shared.identity.signing_in import Sessions
from shared.identity.tokens import Caller
from shared.web.callers import Callers
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader
from shared.web.reading import own_path
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, under
from shared.web.signing_in import SIGN_IN
from shared.web.templating import Pages, redirect

LONGEST = 32
"""The most characters of a phone or a code as it is typed."""


def _halfwidth(typed: object) -> object:
    """Chinese keyboards may type wide digits."""
    return unicodedata.normalize("NFKC", typed) if isinstance(typed, str) and len(typed) <= LONGEST else typed


def _mobile(typed: str) -> str:
    try:
        return mobile(typed)
    except ValueError:
        raise ValueError("This is not a mobile number") from None


Mobile = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_mobile)]
SixDigits = Annotated[str, BeforeValidator(_halfwidth), StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{6}$")]


class _Typed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AskToSignIn(_Typed):
    """Have a code sent to this phone, if anybody here has it."""

    phone: Mobile


class SignIn(_Typed):
    """The code that came to the phone."""

    phone: Mobile
    code: SixDigits


class SignedInView(BaseModel):
    """Whom the new session speaks for."""

    role: str
    subject: str
    area: str | None


class SigningInByCode:
    """The door of one service. ``secure``: its cookies travel over TLS alone."""

    def __init__(self, door: CodeDoor[Caller], sessions: Sessions, callers: Callers, *, secure: bool) -> None:
        self._door = door
        self._sessions = sessions
        self._callers = callers
        self._secure = secure
        self._cookie = f"{callers.cookie_name}_code"

    @property
    def minutes(self) -> int:
        """How long a code is good."""
        return round(self._door.limits.valid.total_seconds() / 60)

    async def ask(self, wish: AskToSignIn, request: Request, response: Response) -> None:
        """Have a code sent; the browser keeps the claim. Raises ``TooManyCodes``, ``Unavailable``."""
        address = request.client.host if request.client else ""
        claim = await self._door.ask(wish.phone, address, current_reader().language)
        self._keep(response, claim)

    async def enter(self, typed: SignIn, request: Request, response: Response) -> SignedInView:
        """Open a session. Raises ``CodeNotAccepted``, ``CodeDead``, ``Unavailable``."""
        caller = await self._door.enter(request.cookies.get(self._cookie, ""), typed.phone, typed.code)
        before = request.cookies.get(self._callers.cookie_name, "")
        if before:
            await self._sessions.close(before)
        self._callers.remember(response, await self._sessions.open(caller))
        response.delete_cookie(self._cookie, secure=self._secure, httponly=True, samesite="lax")
        return SignedInView(role=caller.role.value, subject=caller.subject, area=caller.area)

    def _keep(self, response: Response, claim: str) -> None:
        seconds = round(self._door.limits.valid.total_seconds())
        response.set_cookie(self._cookie, claim, max_age=seconds, secure=self._secure, httponly=True, samesite="lax")


def code_routes(door: SigningInByCode) -> APIRouter:
    """``POST /api/sign-in`` and ``/api/sign-in/verify``."""
    router = APIRouter(prefix="/api", tags=["sign-in"])

    @router.post("/sign-in", status_code=202, responses={429: {}})
    @under(ANYBODY)
    async def ask_code(body: AskToSignIn, request: Request, response: Response) -> None:
        """Have a code sent to a phone of the roster. The answer is the same whether or not anybody has it; a cookie
        goes with the code. 429 once too many were asked for in an hour."""
        await door.ask(body, request, response)

    @router.post("/sign-in/verify", responses={401: {}, 429: {}})
    @under(BEARER_OF_A_SECRET)
    async def enter_code(body: SignIn, request: Request, response: Response) -> SignedInView:
        """A session for who has the phone's code, as a cookie. 401 for a code that is wrong, used, older than its
        minutes or asked for by another browser; 429 once it was mistyped too often."""
        return await door.enter(body, request, response)

    return router


def code_pages(pages: Pages, door: SigningInByCode) -> APIRouter:
    """``/sign-in`` with the phone, ``/sign-in/code`` with the code."""
    router = APIRouter(include_in_schema=False)

    def code_page(request: Request, form: Form, status: int = 200) -> Response:
        return pages.render(request, "web/sign_in_code.html", status=status, form=form, minutes=door.minutes)

    @router.get(SIGN_IN)
    @under(ANYBODY)
    async def phone_form(request: Request, back: str = "/") -> Response:
        return pages.render(request, "web/sign_in_phone.html", form=Form.blank({"back": own_path(back)}))

    @router.post(SIGN_IN)
    @under(ANYBODY)
    async def ask_code(request: Request) -> Response:
        form = await posted(request)
        kept = {"phone": form.value("phone"), "back": own_path(form.value("back", "/"))}
        answer = code_page(request, Form.blank(kept))
        try:
            await door.ask(_phone_of(form).read(AskToSignIn), request, answer)
        except Refusal as refusal:
            again = Form.blank(kept).refused(refusal)
            return pages.render(request, "web/sign_in_phone.html", status=status_of(refusal), form=again)
        return answer

    @router.post(f"{SIGN_IN}/code")
    @under(BEARER_OF_A_SECRET)
    async def enter_code(request: Request) -> Response:
        form = await posted(request)
        kept = {"phone": form.value("phone"), "back": own_path(form.value("back", "/"))}
        answer = redirect(kept["back"])
        try:
            await door.enter(_phone_of(form, "code").read(SignIn), request, answer)
        except Refusal as refusal:
            return code_page(request, Form.blank(kept).refused(_at_the_code(refusal)), status_of(refusal))
        return answer

    return router


def _phone_of(form: Form, *more: str) -> Form:
    return Form({name: form.values[name] for name in ("phone", *more) if name in form.values})


def _at_the_code(refusal: Refusal) -> Refusal:
    """The same refusal, told at the field of the code, where it is the code's."""
    if not isinstance(refusal, CodeNotAccepted | CodeDead):
        return refusal
    return type(refusal)(errors=[FieldError("/code", refusal.title)])
