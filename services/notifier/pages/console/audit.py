"""The audits of all three services as a page: who did or tried what, and what was alerted of."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.notifier.access.console import ConsoleDoors
from services.notifier.pages.console.window import Window
from services.notifier.queries.audit import DeedsPage
from shared.contracts.audit import What
from shared.web.callers import OpsCaller
from shared.web.forms import Form
from shared.web.paging import After

ROWS = 50
Sought = Annotated[str, Query(max_length=128)]


def audit_routes(doors: ConsoleDoors, window: Window) -> APIRouter:
    """``/audit``: asked of notifier, which writes down that somebody looked."""
    router = APIRouter()

    @router.get("/audit")
    async def audit(
        request: Request,
        _ops: OpsCaller,
        person: Sought = "",
        order: Sought = "",
        what: Sought = "",
        cursor: After = None,
    ) -> Response:
        told = {"person": person.strip(), "order": order.strip(), "what": what if what in set(What) else ""}
        found = await doors.notifier.get(request, "/api/audit", **told, cursor=cursor or "", limit=str(ROWS))
        page = DeedsPage.model_validate(found)
        following = urlencode({**{name: text for name, text in told.items() if text}, "cursor": page.next or ""})
        context: dict[str, Any] = {"page": page, "form": Form.blank(told), "following": following if page.next else ""}
        return await window.show(request, "audit.html", **context)

    return router
