"""docs/access.md: who may use which route, from the rules that the routes name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI

from shared.web.rules import ruled_routes

_HEAD = """# Who may use which route

Written by `make contracts` from the rule each route names (`shared/web/rules.py`); `tests/integration/*/test_rules.py`
try every route as everybody against it. Without token or session the answer is 401, in another role 403 and a line in
the audit; what is another's, or lies in another area, does not exist (404).
"""


def page_path(root: Path) -> Path:
    """Where the page is committed."""
    return root / "docs" / "access.md"


def access_page(applications: Mapping[str, FastAPI]) -> str:
    """The page."""
    return "\n".join([_HEAD, *(_section(service, app) for service, app in applications.items())])


def _section(service: str, app: FastAPI) -> str:
    rows = sorted((one.path, one.method, one.rule.name, one.rule.within.value) for one in ruled_routes(app.routes))
    lines = [f"## {service}", "", "| route | who | what of it |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| `{method} {path}` | {who} | {within} |" for path, method, who, within in rows), ""])
