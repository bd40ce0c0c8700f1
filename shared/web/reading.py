"""How a reader chooses: language, large view, light or dark, kept in three cookies all services share."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.forms import posted
from shared.web.i18n import ELDER_COOKIE, LANGUAGE_COOKIE, THEME_COOKIE, THEMES, Language, Readers, read_by
from shared.web.own_paths import own_path
from shared.web.rules import ANYBODY, under
from shared.web.templating import redirect

_A_YEAR_SECONDS = 365 * 24 * 3600


class Reading:
    """ASGI middleware: finds out who reads, for everything that runs inside."""

    def __init__(self, app: ASGIApp, readers: Readers) -> None:
        self._app = app
        self._readers = readers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request in its reader's language."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = cookie_parser(headers.get("cookie", ""))
        reader = self._readers.negotiate(cookies, headers.get("accept-language", ""))
        read_by(reader)

        async def send_in_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                if "public" not in answer.get("cache-control", ""):  # a static file speaks no language
                    answer.setdefault("Content-Language", reader.language.value)
                    answer.add_vary_header("Accept-Language, Cookie")
            await send(message)

        await self._app(scope, receive, send_in_language)


def choice_routes(*, secure: bool) -> APIRouter:
    """``POST /view``: remember the language, the large view, light or dark, and go back. With ``again`` the page that
    came by a form is asked for by the same form once more."""
    router = APIRouter(include_in_schema=False)

    @router.post("/view")
    @under(ANYBODY)
    async def choose_view(request: Request) -> RedirectResponse:
        form = await posted(request)
        back = own_path(form.value("back", "/"))
        answer = RedirectResponse(back, 307) if form.value("again") else redirect(back)
        allowed = {
            LANGUAGE_COOKIE: ("language", tuple(Language)),
            ELDER_COOKIE: ("elder", ("0", "1")),
            THEME_COOKIE: ("theme", THEMES),
        }
        for name, (field, values) in allowed.items():
            if (value := form.value(field)) in values:
                answer.set_cookie(name, value, max_age=_A_YEAR_SECONDS, secure=secure, httponly=True, samesite="lax")
        return answer

    return router
