"""Reading one cookie before the application is asked."""

from __future__ import annotations

from starlette.requests import cookie_parser
from starlette.types import Scope


def cookie_of(scope: Scope, name: str) -> str:
    """The value of that cookie of a request; empty when it brings none."""
    for key, text in scope["headers"]:
        if key == b"cookie" and name.encode() in text:
            return cookie_parser(text.decode("latin-1")).get(name, "")
    return ""
