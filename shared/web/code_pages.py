"""The pages of signing in by phone: the phone, the code that came to it, and for whom, where it speaks for several."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from shared.contracts.refusal import FieldError, Refusal
from shared.identity.codes import CodeDead, CodeNotAccepted
from shared.identity.tokens import Caller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.own_paths import own_path
from shared.web.rules import ANYBODY, BEARER_OF_A_SECRET, under
from shared.web.signing_in import SIGN_IN
from shared.web.signing_in_by_code import AskToSignIn, ChooseRole, SignIn, SigningInByCode
from shared.web.templating import Pages, redirect

ROLE = f"{SIGN_IN}/role"


def code_pages(pages: Pages, door: SigningInByCode, told: Callable[[Caller], str]) -> APIRouter:
    """``/sign-in`` with the phone, ``/sign-in/code`` with the code, ``/sign-in/role`` where the phone speaks for
    several. ``told``: what an office is called, in the reader's language; empty for who has
    no name but their role.
    """
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
        let_in, to_choose = redirect(kept["back"]), redirect(f"{ROLE}?{urlencode({'back': kept['back']})}")
        try:
            typed = _phone_of(form, "code").read(SignIn)
            if await door.enter_or_choose(typed, request, answer := Response()):
                return _with_cookies(let_in, answer)
        except Refusal as refusal:
            return code_page(request, Form.blank(kept).refused(_at_the_code(refusal)), status_of(refusal))
        return _with_cookies(to_choose, answer)

    @router.get(ROLE)
    @under(BEARER_OF_A_SECRET)
    async def role_form(request: Request, back: str = "/") -> Response:
        ways = [(caller, told(caller)) for caller in await door.choices(request)]
        return pages.render(request, "web/sign_in_role.html", form=Form.blank({"back": own_path(back)}), ways=ways)

    @router.post(ROLE)
    @under(BEARER_OF_A_SECRET)
    async def choose_role(request: Request) -> Response:
        form = await posted(request)
        answer = redirect(own_path(form.value("back", "/")))
        await door.choose(Form({"subject": (form.value("subject"),)}).read(ChooseRole), request, answer)
        return answer

    return router


def _with_cookies(answer: Response, cookies: Response) -> Response:
    answer.raw_headers += [pair for pair in cookies.raw_headers if pair[0] == b"set-cookie"]
    return answer


def _phone_of(form: Form, *more: str) -> Form:
    return Form({name: form.values[name] for name in ("phone", *more) if name in form.values})


def _at_the_code(refusal: Refusal) -> Refusal:
    """The same refusal, told at the field of the code, where it is the code's."""
    if not isinstance(refusal, CodeNotAccepted | CodeDead):
        return refusal
    return type(refusal)(errors=[FieldError("/code", refusal.title)])
