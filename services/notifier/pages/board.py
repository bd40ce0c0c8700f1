"""The public board: what was collected and what came of it, for everybody to read and to print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.notifier.access import Doors
from shared.community.definition import Community
from shared.web.i18n import current_reader
from shared.web.rules import ANYBODY, under
from shared.web.templating import Pages

Chosen = Annotated[str, Query(max_length=100)]


def board_routes(doors: Doors, pages: Pages, rules: Community) -> APIRouter:
    """``/board``; nobody signs in."""
    router = APIRouter()
    named = naming(rules)

    @router.get("/board")
    @under(ANYBODY)
    async def board(request: Request, area: Chosen = "", service: Chosen = "", month: Chosen = "") -> Response:
        shown = await doors.board.board(area or None, service or None, month or None)
        above = next(iter(rules.areas.ancestors(shown.area)[1:]), "")
        chosen = {"area": shown.area, "service": shown.service, "month": shown.month}
        same = urlencode({name: told for name, told in chosen.items() if told})
        return pages.render(request, "board.html", board=shown, named=named, kind=_kinds(rules), above=above, same=same)

    return router


def naming(rules: Community) -> Callable[[str], str]:
    """Names areas and services in the reader's language; one that is gone by its code."""

    def named(code: str) -> str:
        known = rules.areas.get(code) or rules.services_by_code.get(code)
        if known is None:
            return code
        return known.name.zh if current_reader().language.value.startswith("zh") else known.name.en

    return named


def _kinds(rules: Community) -> dict[str, str]:
    chinese = current_reader().language.value.startswith("zh")
    return {kind.code: kind.name.zh if chinese else kind.name.en for kind in rules.areas.kinds}
