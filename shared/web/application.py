"""One way to put a service on HTTP: the rings around each request in order, and the routes all services share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from shared.persistence.admission import Admission
from shared.persistence.auditing import Auditing
from shared.web.body_limit import BodyLimit, refuse_unstorable
from shared.web.callers import Callers
from shared.web.components import component_routes
from shared.web.csrf import FormTokenCookies
from shared.web.describing import Described
from shared.web.errors import Problems
from shared.web.flooding import Flood, Flooding
from shared.web.headers import SecurityHeaders
from shared.web.health import Check, health_routes
from shared.web.i18n import Readers
from shared.web.live import Changes
from shared.web.observing import Observing
from shared.web.offline import offline_routes
from shared.web.reading import Reading, choice_routes
from shared.web.rules import ANYBODY, under
from shared.web.settings import ServiceSettings
from shared.web.templating import Pages

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

_NO_TELEMETRY: Any = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
"""FastAPI's own records paths, queries and exception messages; ours (observing.py) records none of them."""


@dataclass(frozen=True)
class Parts:
    """What a service puts on HTTP.

    ``checks``: what ``/readyz`` asks; ``admission``: what it warns of. ``uploads``: the most bytes of
    paths that may carry more than others.
    ``asyncapi``: makes the document for ``/asyncapi.json``. ``audit``: where refusals are kept.
    """

    title: str
    version: str
    pages: Pages
    readers: Readers
    callers: Callers
    routers: Sequence[APIRouter]
    changes: Changes = field(default_factory=Changes)
    checks: Mapping[str, Check] = field(default_factory=dict)
    uploads: Mapping[str, int] = field(default_factory=dict)
    asyncapi: Callable[[], dict[str, Any]] | None = None
    admission: Admission | None = None
    audit: Auditing | None = None


def make_application(settings: ServiceSettings, parts: Parts, lifespan: Lifespan | None = None) -> FastAPI:
    """The service's application. ``app.state`` holds ``settings``, ``pages``, ``callers`` and ``changes``."""
    problems = Problems(parts.pages, parts.audit)
    app = Described(
        title=parts.title,
        version=parts.version,
        lifespan=lifespan,
        docs_url=None,  # their pages load scripts from a CDN
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
        dependencies=[Depends(parts.pages.tokens.check), Depends(refuse_unstorable)],
        middleware=_rings(settings, parts, problems),
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.pages = parts.pages
    app.state.callers = parts.callers
    app.state.changes = parts.changes
    problems.install(app)
    app.include_router(health_routes(parts.checks, admission=parts.admission))
    app.include_router(parts.pages.assets.router())
    app.include_router(offline_routes(parts.pages, parts.readers))
    app.include_router(choice_routes(secure=settings.secure))
    app.include_router(component_routes(parts.pages, served=settings.components))
    for router in parts.routers:
        app.include_router(router)
    if parts.asyncapi is not None:
        _serve_asyncapi(app, parts.asyncapi)
    return app


def _rings(settings: ServiceSettings, parts: Parts, problems: Problems) -> list[Middleware]:
    """Outermost first: who asks where a proxy says it, who reads, what always holds, the catch for accidents, then
    what may refuse."""
    origins = settings.trusted_origins
    proxied: Any = ProxyHeadersMiddleware  # its types are uvicorn's own
    return [
        *([Middleware(proxied, trusted_hosts=settings.proxies)] if settings.proxies else []),
        Middleware(Reading, readers=parts.readers),
        Middleware(SecurityHeaders, form_origins=origins, secure=settings.secure),
        Middleware(FormTokenCookies, tokens=parts.pages.tokens),
        Middleware(Observing, problems=problems),
        Middleware(
            Flooding,
            problems=problems,
            flood=Flood(settings.flood_limits),
            session_cookie=parts.callers.cookie_name,
        ),
        Middleware(
            BodyLimit,
            problems=problems,
            seconds=settings.body_seconds,
            most_bytes=settings.body_limit_bytes,
            uploads=parts.uploads,
            upload_seconds=settings.upload_seconds,
        ),
    ]


def _serve_asyncapi(app: FastAPI, document: Callable[[], dict[str, Any]]) -> None:
    @app.get("/asyncapi.json", include_in_schema=False)
    @under(ANYBODY)
    async def asyncapi() -> dict[str, Any]:
        return document()
