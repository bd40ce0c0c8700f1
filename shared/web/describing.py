"""What a service's OpenAPI document says of every way to say no: the statuses a route may answer, and the problem
document (RFC 9457) that each of them carries.

FastAPI describes a validation error of its own that nobody is ever sent (``errors.py`` answers), and no refusal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from shared.web.callers import find_caller
from shared.web.errors import MEDIA_TYPE, RETRY_AFTER, TITLES

PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "description": "A problem (RFC 9457). `type` is stable; `title` is in the reader's language.",
    "required": ["type", "title", "status", "detail", "errors", "trace_id"],
    "properties": {
        "type": {"type": "string", "pattern": "^/problems/[a-z-]+$"},
        "title": {"type": "string", "minLength": 1},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
                "additionalProperties": False,
            },
        },
        "trace_id": {"type": "string"},
    },
}
"""Its schema; a problem may have further members (section 3.2)."""

_ALWAYS = (422, 429, 503)
"""Unstorable characters, a limit, a dependency that is away: any route may meet them."""
_FRAMEWORKS = frozenset({"HTTPValidationError", "ValidationError"})
_SECURITY = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A signed token, or the tracking token of an order. Browsers send the cookie of a session.",
    }
}


class Described(FastAPI):
    """An application whose document tells its refusals as well."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            _tell_refusals(super().openapi(), self)
        return super().openapi()


def statuses_of(route: Any, method: str, outermost: int) -> set[int]:
    """The statuses of a route besides its own success: those that follow from what it takes, and those it names by
    ``responses={401: {}}``. ``outermost``: dependencies that all routes have, which ask nobody who they are.
    """
    found = {*_ALWAYS, *(int(status) for status in route.responses if int(status) >= 400)}
    if len(route.dependant.dependencies) > outermost:
        found |= {401, 403, 404}
    if "{" in route.path_format:
        found |= {404, 409}  # not there, or no longer what is asked of it
    if method not in {"GET", "HEAD"}:
        found.add(409)
    if route.body_field is not None:
        found |= {400, 408, 413, 415}
    return found


def _tell_refusals(told: dict[str, Any], app: FastAPI) -> None:
    parts = told.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for name in _FRAMEWORKS:
        schemas.pop(name, None)
    schemas["Problem"] = dict(PROBLEM)
    used: set[int] = set()
    outermost = len(app.router.dependencies)
    for route in iter_route_contexts(app.routes):
        if not isinstance(route.original_route, APIRoute) or not route.include_in_schema:
            continue
        for method in route.methods or ():
            operation = told["paths"][route.path_format][method.lower()]
            statuses = statuses_of(route, method, outermost)
            used |= statuses
            if asks := [part.call for part in route.dependant.dependencies[outermost:]]:
                served_anyway = asks == [find_caller]  # the caller is looked for, and nothing is asked of strangers
                operation["security"] = [{"bearer": []}, *([{}] if served_anyway else [])]
            for status in sorted(statuses):
                _tell(operation["responses"], status)
    parts["responses"] = {f"Problem{status}": _answer(status) for status in sorted(used)}
    parts["securitySchemes"] = _SECURITY


def _tell(responses: dict[str, Any], status: int) -> None:
    """Say it unless the route has an answer of its own for it; FastAPI's words on 422 are nobody's."""
    own = responses.get(str(status), {})
    if "content" not in own or _FRAMEWORKS & set(_references(own)):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}


def _answer(status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": TITLES[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in RETRY_AFTER:
        answer["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}}
    if status == 401:
        answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return answer


def _references(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        for key, value in told.items():
            if key == "$ref":
                yield str(value).rpartition("/")[2]
            else:
                yield from _references(value)
