"""Keeping other sites from acting with a reader's cookie.

First ``Sec-Fetch-Site`` and ``Origin``, which a page cannot forge; where a browser sends neither, the token
in the form, signed over a cookie that only our own pages can have set (double submit).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from contextvars import ContextVar
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.contracts.refusal import Forbidden
from shared.web.cookies import cookie_of

FIELD = "form_token"
HEADER = "x-form-token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")


class ForgedRequest(Forbidden):
    """The request was not sent from one of our pages."""

    title = "Please send this from the page itself; reload it and try again"


class _Browser:
    """The cookie a request came with, or the one its answer has to set."""

    def __init__(self, cookie: str) -> None:
        self.cookie = cookie
        self.is_new = False

    def remember(self) -> str:
        """The cookie's value, made when there is none yet."""
        if not self.cookie:
            self.cookie, self.is_new = secrets.token_urlsafe(16), True
        return self.cookie


_browser: ContextVar[_Browser] = ContextVar("browser")


class FormTokens:
    """Makes and checks the tokens of one service's forms; ``key`` is the installation's."""

    def __init__(self, service: str, key: bytes, *, secure: bool, trusted_origins: Collection[str] = ()) -> None:
        self.cookie_name = f"paidan_{service}_form"
        self._key = key
        self._secure = secure
        self._trusted = frozenset(trusted_origins)

    def current(self) -> str:
        """The token for a form of the page being rendered; asking for it makes the answer set the cookie."""
        return self._sign(_browser.get(_Browser("")).remember())

    def _sign(self, cookie: str) -> str:
        return hmac.new(self._key, f"form:{cookie}".encode(), "sha256").hexdigest()

    def opens(self, token: str, cookie: str) -> bool:
        """Whether a token belongs to a cookie, compared in constant time."""
        return bool(cookie) and hmac.compare_digest(token.encode(), self._sign(cookie).encode())

    async def check(self, request: Request) -> None:
        """Dependency of every route. Raises ``ForgedRequest``."""
        if request.method in _SAFE or "authorization" in request.headers:
            return
        if (verdict := self._by_headers(request)) is None:
            verdict = await self._by_token(request)
        if not verdict:
            raise ForgedRequest

    def _by_headers(self, request: Request) -> bool | None:
        """What the browser says of where it comes from; None when it says nothing."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site in {"same-origin", "none"}:
            return True
        if origin is not None:
            return origin in self._trusted or urlsplit(origin).netloc == request.headers.get("host")
        return None if site is None else False

    async def _by_token(self, request: Request) -> bool:
        """A form sent with a cookie needs its token; JSON cannot be sent by another site's page."""
        kind = request.headers.get("content-type", "").lower()
        if not request.cookies or not kind.startswith(_FORM_TYPES):
            return True
        token = request.headers.get(HEADER)
        if token is None:
            token = str((await request.form()).get(FIELD, ""))
        return self.opens(token, request.cookies.get(self.cookie_name, ""))

    def set_cookie(self, value: str) -> str:
        """The ``Set-Cookie`` header for a browser that has none."""
        cookie: SimpleCookie = SimpleCookie({self.cookie_name: value})
        morsel = cookie[self.cookie_name]
        morsel["path"], morsel["httponly"], morsel["samesite"] = "/", True, "Lax"
        morsel["secure"] = self._secure
        return morsel.OutputString()


class FormTokenCookies:
    """ASGI middleware: gives a browser its cookie with the first page that holds a form."""

    def __init__(self, app: ASGIApp, tokens: FormTokens) -> None:
        self._app = app
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        browser = _Browser(cookie_of(scope, self._tokens.cookie_name))
        _browser.set(browser)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and browser.is_new:
                MutableHeaders(scope=message).append("Set-Cookie", self._tokens.set_cookie(browser.cookie))
            await send(message)

        await self._app(scope, receive, send_with_cookie)
