"""The frame of every page of the console: on top a strip that says how everything stands."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from services.notifier.access.console import ConsoleDoors
from shared.identity.tokens import Caller
from shared.web.callers import OpsCaller
from shared.web.templating import Pages

STRIP = "/strip"


class Window:
    """Shows pages of the console."""

    def __init__(self, doors: ConsoleDoors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def show(self, request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
        """A page with its strip. Whoever looks at one is at work: their session lasts on. What refreshes by itself
        says nothing of that.
        """
        caller: Caller | None = getattr(request.state, "caller", None)
        if caller is not None and caller.worn:
            await self._doors.notifier.keep(request.cookies.get(request.app.state.callers.cookie_name, ""))
        return self._pages.render(request, f"console/{template}", status=status, strip=await self.strip(), **context)

    async def strip(self) -> Markup:
        """How everything stands."""
        standing = self._doors.standing
        return self.part("strip.html", standing=await standing.look(), every=round(standing.seconds))

    def part(self, template: str, **context: Any) -> Markup:
        """A piece of a page."""
        return self._pages.fragment(f"console/{template}", **context)


def strip_routes(window: Window) -> APIRouter:
    """``/strip``: the strip alone, asked for again and again."""
    router = APIRouter()

    @router.get(STRIP)
    async def strip(_ops: OpsCaller) -> Response:
        return HTMLResponse(await window.strip())

    return router
