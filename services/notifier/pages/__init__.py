"""Notifier's pages: the public board, letterboxes, and where operators sign in; what they look at is the console
(``console``).
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.notifier.access import Doors
from services.notifier.pages.board import board_routes, naming
from services.notifier.pages.feeds import feed_routes
from services.notifier.pages.letterbox import LETTERBOX, PEOPLE, letterbox_routes
from shared.community.definition import Community
from shared.contracts.words import Role
from shared.web.callers import MaybeCaller
from shared.web.rules import ANYBODY, under
from shared.web.templating import Pages, redirect

__all__ = ["make_router"]

BOARD = "/board"


def make_router(doors: Doors, pages: Pages, rules: Community, public_url: str, console_url: str) -> APIRouter:
    """Every page of notifier. ``console_url``: where operators are led, if there is a console."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    @under(ANYBODY)
    async def first(_request: Request, caller: MaybeCaller) -> Response:
        """Operators to the console, who has a letterbox to it, everybody else to the board."""
        if caller is not None and caller.role is Role.OPS and console_url:
            return redirect(f"{console_url}/")
        return redirect(LETTERBOX if caller is not None and caller.role in PEOPLE else BOARD)

    router.include_router(letterbox_routes(doors, pages))
    router.include_router(board_routes(doors, pages, rules))
    router.include_router(feed_routes(doors, naming(rules), public_url))
    return router
