"""Which route a request takes, in words that hold nothing of the request."""

from __future__ import annotations

from starlette.types import Scope


def route_of(scope: Scope) -> str:
    """The template of the matched route; never the path, which holds references and tokens."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    route = context or scope.get("route")
    template = getattr(route, "path_format", None) or getattr(route, "path", None)
    return str(template) if template else "unmatched"
