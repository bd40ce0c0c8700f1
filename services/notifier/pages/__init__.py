"""Notifier's pages: the public board, and where operators sign in; what they look at is the console (``console``)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.notifier.access import Doors
from services.notifier.pages.board import board_routes, naming
from services.notifier.pages.feeds import feed_routes
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
        """Operators to the console, everybody else to the board."""
        is_ops = caller is not None and caller.role is Role.OPS
        return redirect(f"{console_url}/" if is_ops and console_url else BOARD)

    router.include_router(board_routes(doors, pages, rules))
    router.include_router(feed_routes(doors, naming(rules), public_url))
    return router
