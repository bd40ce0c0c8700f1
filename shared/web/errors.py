"""Every way to say no over HTTP, in one place: RFC 9457 problems for machines, a plain page for people.

Nothing here repeats what was sent, shows a stack trace, or answers bad input with a 500.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from shared.contracts import refusal as kinds
from shared.contracts.audit import Deed, Verdict, What
from shared.contracts.refusal import FieldError, Refusal
from shared.identity.acting import who_of
from shared.identity.tokens import Caller
from shared.observability.tracing import trace_id
from shared.persistence.auditing import Auditing
from shared.persistence.engine import is_away
from shared.web.i18n import gettext, msgid, told
from shared.web.routing import route_of
from shared.web.validation import field_errors, translated

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
_STATUSES: Mapping[type[Refusal], int] = {
    kinds.NotFound: 404,
    kinds.Conflict: 409,
    kinds.Invalid: 422,
    kinds.Forbidden: 403,
    kinds.Unauthenticated: 401,
    kinds.TooMany: 429,
    kinds.TooLarge: 413,
    kinds.NotUnderstood: 415,
    kinds.Unavailable: 503,
    kinds.TooEarly: 503,
}
_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "60"},
    503: {"Retry-After": "2"},
}
RETRY_AFTER = {status: headers["Retry-After"] for status, headers in _HEADERS.items() if "Retry-After" in headers}
"""Seconds, by status: a page that shows a form again with what was refused says it too."""
TITLES: Mapping[int, str] = {
    400: msgid("The request could not be read"),
    401: kinds.Unauthenticated.title,
    403: kinds.Forbidden.title,
    404: kinds.NotFound.title,
    405: msgid("This cannot be done here"),
    408: msgid("The request took too long to arrive"),
    409: kinds.Conflict.title,
    413: kinds.TooLarge.title,
    415: kinds.NotUnderstood.title,
    422: kinds.Invalid.title,
    429: kinds.TooMany.title,
    500: msgid("Something went wrong on our side"),
    503: kinds.Unavailable.title,
}

_OUR_FAULTS = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
"""A file that should be there: trying again changes nothing. Other errors of the system pass, also a full disk."""


@dataclass(frozen=True)
class Problem:
    """What went wrong, ready to be told. ``slug`` is stable; ``title`` is in the reader's language."""

    slug: str
    status: int
    title: str
    detail: str = ""
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, Any] = field(default_factory=dict)


def status_of(refusal: Refusal | type[Refusal]) -> int:
    """The HTTP status of a refusal, by the first of its kinds; 422 for one of no kind."""
    rule = refusal if isinstance(refusal, type) else type(refusal)
    return next((_STATUSES[kind] for kind in rule.__mro__ if kind in _STATUSES), 422)


def slug_of(rule: type[Refusal]) -> str:
    """``OfferExpired`` → ``offer-expired``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", rule.__name__).lower()


def problem_of_refusal(refusal: Refusal) -> Problem:
    """A broken rule as a problem. Its texts are message ids; its ``retry_after`` (seconds), if any, is told."""
    status = status_of(refusal)
    headers = dict(_HEADERS.get(status, {}))
    if seconds := getattr(refusal, "retry_after", None):
        headers["Retry-After"] = str(int(seconds))
    title, detail = gettext(refusal.title), told(refusal.detail, refusal.values)
    return Problem(slug_of(type(refusal)), status, title, detail, translated(refusal.errors), headers, refusal.members)


def problem_of_status(status: int, headers: Mapping[str, str] | None = None) -> Problem:
    """A problem that is no rule's: unknown route, wrong method, unreadable body, an accident."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "error"
    title = TITLES.get(status, TITLES[400] if status < 500 else TITLES[500])
    told = {**_HEADERS.get(status, {}), **(headers or {})}
    return Problem(re.sub(r"[^a-z]+", "-", phrase.lower()), status, gettext(title), headers=told)


def problem_of_validation(error: RequestValidationError, request: Request) -> Problem:
    """A body the route does not take: 415 when it was not even JSON, else 422 with a pointer each."""
    errors = error.errors()
    whole_body = [fault for fault in errors if tuple(fault["loc"]) == ("body",)]
    if whole_body and request.headers.get("content-type") and not _is_json(request):
        return problem_of_status(415)
    faults = field_errors(errors, skip=1)
    return Problem("invalid", 422, gettext(kinds.Invalid.title), errors=faults)


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


async def _caller_of(request: Request) -> Caller | None:
    """Who was refused, also at doors that ask for something else than a role."""
    try:
        found: Caller | None = await request.app.state.callers.find(request)
    except Refusal:
        return None
    return found


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, on a route that has pages: they get a page, programs get JSON."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def problem_response(problem: Problem) -> Response:
    """The problem as ``application/problem+json``."""
    told: dict[str, Any] = {
        **problem.members,
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "errors": [{"pointer": error.pointer, "detail": error.detail} for error in problem.errors],
        "trace_id": trace_id(),
    }
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, problem.status, dict(problem.headers), MEDIA_TYPE)


class ProblemPages(Protocol):
    """What shows a problem to a person."""

    def problem(self, request: Request, problem: Problem) -> Response:
        """The problem as a page."""


class Problems:
    """Answers what was raised. ``pages`` renders for people; without it everybody gets JSON.

    ``audit``: where it is kept who was kept out, and who asked for what is not theirs or is not there.
    """

    def __init__(self, pages: ProblemPages | None = None, audit: Auditing | None = None) -> None:
        self._pages = pages
        self._audit = audit

    def answer(self, request: Request, problem: Problem) -> Response:
        """The problem in the form this reader can read."""
        if self._pages is not None and wants_page(request):
            return self._pages.problem(request, problem)
        return problem_response(problem)

    async def on_refusal(self, request: Request, error: Refusal) -> Response:
        """A rule said no."""
        await self._note(request, error)
        return self.answer(request, problem_of_refusal(error))

    async def on_invalid(self, request: Request, error: RequestValidationError) -> Response:
        """The request does not have the shape the route takes."""
        return self.answer(request, problem_of_validation(error, request))

    async def on_status(self, request: Request, error: HTTPException) -> Response:
        """The framework said no: no such route, wrong method, unreadable body. One nested too deep is 422, as any
        other body that no route takes (security.md, case 21)."""
        status = 422 if isinstance(error.__cause__, RecursionError) else error.status_code
        return self.answer(request, problem_of_status(status, error.headers))

    async def on_database(self, request: Request, error: Exception) -> Response:
        """The database or the system raised: try again later when it is away or full, an accident otherwise."""
        if isinstance(error, _OUR_FAULTS) or not is_away(error):
            raise error
        log.error("dependency.away", error=type(error).__name__)
        return self.answer(request, problem_of_status(503))

    async def _note(self, request: Request, error: Refusal) -> None:
        """Somebody was kept out, or looked for what is not there for them; strangers who look are counted alone."""
        if self._audit is None or not isinstance(error, kinds.Forbidden | kinds.NotFound):
            return
        caller, reason = await _caller_of(request), slug_of(type(error))
        looked = isinstance(error, kinds.NotFound)
        if looked and not request.path_params:
            return
        if looked and caller is None:
            self._audit.count_stranger()
            return
        what = What.LOOKED_UP if looked else What.ENTERED
        deed = Deed(who_of(caller), what, field=route_of(request.scope), reason=reason, verdict=Verdict.REFUSED)
        try:
            await self._audit.note(deed)
        except kinds.Unavailable:  # nothing was given out: the answer is no all the same
            log.warning("audit.unwritten", what=what.value)

    def install(self, app: FastAPI) -> None:
        """Let this app answer that way."""
        handlers: Mapping[type[Exception], Any] = {
            Refusal: self.on_refusal,
            RequestValidationError: self.on_invalid,
            HTTPException: self.on_status,
            SQLAlchemyError: self.on_database,
            OSError: self.on_database,
        }
        for kind, handler in handlers.items():
            app.add_exception_handler(kind, handler)
