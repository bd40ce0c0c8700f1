"""The outermost ring of a request: its trace, its log context, its numbers, and the catch for accidents."""

from __future__ import annotations

import time
import traceback
from typing import Any

import structlog
from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.observability.metrics import HTTP_REQUESTS, HTTP_SECONDS
from shared.observability.tracing import SERVER, span
from shared.web.errors import Problems, problem_of_status
from shared.web.routing import route_of

log = structlog.get_logger()

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_FRAMES = 12


def where(error: BaseException) -> list[str]:
    """The innermost frames of an accident as ``file:line function``.

    Never its message: a database or validation error quotes what a person typed.
    """
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def causes(error: BaseException) -> list[str]:
    """The types of an accident and of what led to it."""
    names: list[str] = []
    current: BaseException | None = error
    while current is not None and len(names) < _FRAMES:
        names.append(type(current).__name__)
        current = current.__cause__ or current.__context__
    return names


class _Watched:
    """One request under way: when it began, and how its answer began."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.began = time.perf_counter()
        self.seconds: float | None = None
        self.status = 500

    async def send(self, message: Message) -> None:
        """Pass an answer on; a stream counts until its first byte, or it would look slow for being long."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.seconds = time.perf_counter() - self.began
        await self._send(message)


class Observing:
    """ASGI middleware: a span and two metrics a request; whatever escapes becomes a 500 that tells nothing."""

    def __init__(self, app: ASGIApp, problems: Problems) -> None:
        self._app = app
        self._problems = problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        watched = _Watched(send)
        with (
            span(method, Headers(scope=scope).get("traceparent", ""), SERVER) as running,
            structlog.contextvars.bound_contextvars(method=method),
        ):
            try:
                await self._app(scope, receive, watched.send)
            except Exception as error:  # noqa: BLE001 - the last catch; it is logged and answered
                await self._accident(error, scope, receive, watched)
            route = route_of(scope)
            if running.is_recording():
                running.update_name(f"{method} {route}")
                told = {"http.request.method": method, "http.route": route, "http.response.status_code": watched.status}
                running.set_attributes(told)
        self._count(method, route, watched)

    async def _accident(self, error: Exception, scope: Scope, receive: Receive, watched: _Watched) -> None:
        facts: dict[str, Any] = {"route": route_of(scope), "errors": causes(error), "where": where(error)}
        log.error("request.failed", **facts)
        if watched.seconds is None:
            response = self._problems.answer(Request(scope, receive), problem_of_status(500))
            await response(scope, receive, watched.send)

    @staticmethod
    def _count(method: str, route: str, watched: _Watched) -> None:
        seconds = watched.seconds if watched.seconds is not None else time.perf_counter() - watched.began
        HTTP_REQUESTS.labels(method, route, str(watched.status)).inc()
        HTTP_SECONDS.labels(method, route).observe(seconds)
