"""Headers that keep a page to itself: no foreign script, no frame, no sniffing, nothing left in a cache."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def content_security_policy(form_origins: Collection[str] = ()) -> str:
    """Scripts and styles from our own files alone, none inline.

    ``form_origins``: the services a form may lead on to; browsers apply ``form-action`` to redirects too.
    """
    targets = " ".join(["'self'", *sorted(form_origins)])
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            f"form-action {targets}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """ASGI middleware. ``secure``: the service is reached over TLS, so browsers may insist on it."""

    def __init__(self, app: ASGIApp, form_origins: Collection[str], *, secure: bool) -> None:
        self._app = app
        self._always = {
            "Content-Security-Policy": content_security_policy(form_origins),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }
        if secure:
            self._always["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; what the answer says about its own caching and referrer stays."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, text in self._always.items():
                    headers[name] = text
                headers.setdefault("Cache-Control", "no-store")
                # not no-referrer: it makes browsers post our own forms with "Origin: null"
                headers.setdefault("Referrer-Policy", "same-origin")
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
