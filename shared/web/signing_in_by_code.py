"""Signing in by phone, and its JSON doors: the phone, then the code that came to it.

The claim stays in a cookie of the browser that asked, so that a code is of no use to anybody else. Each sign-in gives a
new session, whatever cookie the browser came with. A phone may speak for several: a volunteer, and the offices
its owner holds; then pages (code_pages.py) ask which, and what there is to choose is looked up again when it is chosen.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared.community.phones import mobile
from shared.contracts.refusal import Unauthenticated
from shared.identity.code_door import CodeDoor
from shared.identity.codes import CodeNotAccepted
from shared.identity.signing_in import Sessions
from shared.identity.tokens import Caller, PurposeTokens
from shared.web.callers import Callers
from shared.web.i18n import current_reader
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, under

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
    subject: str | None = Field(default=None, min_length=1, max_length=64)
    """Whom to speak for, where the phone speaks for several; else the first of them, a volunteer before offices."""


class ChooseRole(_Typed):
    """Whom to speak for, of those the phone speaks for."""

    subject: str = Field(min_length=1, max_length=64)


class SignedInView(BaseModel):
    """Whom the new session speaks for. ``others``: subjects the same phone could have spoken for as well."""

    role: str
    subject: str
    area: str | None
    others: tuple[str, ...] = ()


class SigningInByCode:
    """The door of one service. ``secure``: its cookies travel over TLS alone. ``key`` signs for whom a browser may
    choose to speak.
    """

    def __init__(
        self,
        door: CodeDoor[tuple[Caller, ...]],
        sessions: Sessions,
        callers: Callers,
        key: bytes,
        *,
        secure: bool,
    ) -> None:
        self._door = door
        self._sessions = sessions
        self._callers = callers
        self._choices = PurposeTokens(key, "role")
        self._secure = secure
        self._cookie = f"{callers.cookie_name}_code"
        self._choice_cookie = f"{callers.cookie_name}_choice"

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
        people = await self._enter(typed, request, response)
        named = [caller for caller in people if caller.subject == typed.subject] if typed.subject else list(people)
        if not named:
            raise CodeNotAccepted
        return await self._let_in(named[0], people, request, response)

    async def enter_or_choose(self, typed: SignIn, request: Request, response: Response) -> bool:
        """Open a session if the phone speaks for one alone; else the browser may choose. Whether it is let in."""
        people = await self._enter(typed, request, response)
        if len(people) == 1:
            await self._let_in(people[0], people, request, response)
            return True
        choice = self._choices.sign(self._door.print_of(typed.phone), self._door.limits.valid)
        self._set(response, self._choice_cookie, choice)
        return False

    async def choices(self, request: Request) -> tuple[Caller, ...]:
        """For whom this browser may choose to speak. Raises ``Unauthenticated`` without a choice, or too late."""
        return await self._door.opened(self._choices.verify(request.cookies.get(self._choice_cookie, "")))

    async def choose(self, wish: ChooseRole, request: Request, response: Response) -> None:
        """Open the session that was chosen. Raises as ``choices``."""
        people = await self.choices(request)
        chosen = next((caller for caller in people if caller.subject == wish.subject), None)
        if chosen is None:
            raise Unauthenticated
        await self._let_in(chosen, people, request, response)
        self._forget(response, self._choice_cookie)

    async def _enter(self, typed: SignIn, request: Request, response: Response) -> tuple[Caller, ...]:
        people = await self._door.enter(request.cookies.get(self._cookie, ""), typed.phone, typed.code)
        self._forget(response, self._cookie)
        return people

    async def _let_in(
        self, caller: Caller, people: tuple[Caller, ...], request: Request, response: Response
    ) -> SignedInView:
        before = request.cookies.get(self._callers.cookie_name, "")
        if before:
            await self._sessions.close(before)
        self._callers.remember(response, await self._sessions.open(caller))
        others = tuple(one.subject for one in people if one != caller)
        return SignedInView(role=caller.role.value, subject=caller.subject, area=caller.area, others=others)

    def _keep(self, response: Response, claim: str) -> None:
        self._set(response, self._cookie, claim)

    def _set(self, response: Response, name: str, content: str) -> None:
        seconds = round(self._door.limits.valid.total_seconds())
        response.set_cookie(name, content, max_age=seconds, secure=self._secure, httponly=True, samesite="lax")

    def _forget(self, response: Response, name: str) -> None:
        response.delete_cookie(name, secure=self._secure, httponly=True, samesite="lax")


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
