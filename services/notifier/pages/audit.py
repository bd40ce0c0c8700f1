"""The audits of all three services as a page: who did or tried what, and what was alerted of."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.notifier.access import Doors
from services.notifier.access.auditing import search_audits
from services.notifier.queries.audit import DeedsSought
from shared.contracts.audit import What
from shared.web.callers import OpsCaller
from shared.web.forms import Form
from shared.web.paging import After
from shared.web.templating import Pages

ROWS = 50
Sought = Annotated[str, Query(max_length=128)]


def audit_routes(doors: Doors, pages: Pages) -> APIRouter:
    """``/audit``."""
    router = APIRouter()

    @router.get("/audit")
    async def audit(
        request: Request,
        ops: OpsCaller,
        person: Sought = "",
        order: Sought = "",
        what: Sought = "",
        cursor: After = None,
    ) -> Response:
        told = {"person": person.strip(), "order": order.strip(), "what": what if what in set(What) else ""}
        sought = DeedsSought(told["person"], told["order"], What(told["what"]) if told["what"] else None)
        page = await search_audits(doors, ops, sought, cursor, ROWS)
        following = urlencode({**{name: text for name, text in told.items() if text}, "cursor": page.next or ""})
        context: dict[str, Any] = {"page": page, "form": Form.blank(told), "following": following if page.next else ""}
        return pages.render(request, "audit.html", **context)

    return router
