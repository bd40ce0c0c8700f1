"""What is kept of residents, what for, how long, what they may ask for, and whom to ask (PIPL 17)."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from shared.community.definition import Community
from shared.web.rules import ANYBODY, under
from shared.web.templating import Pages

ADDRESS = "/privacy"


@dataclass(frozen=True)
class Kept:
    """How long what is kept: days after the closing for words and for contacts, minutes for a code."""

    words_days: int
    contact_days: int
    code_minutes: int


def privacy_pages(rules: Community, pages: Pages, kept: Kept) -> APIRouter:
    """``/privacy``, for everybody."""
    router = APIRouter(include_in_schema=False)

    @router.get(ADDRESS)
    @under(ANYBODY)
    async def privacy(request: Request) -> Response:
        return pages.render(request, "privacy.html", kept=kept, station=rules.station_phone)

    return router
