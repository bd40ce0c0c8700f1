"""The console: how everything stands, events as they happen, orders' journeys, what died, who did what."""

from __future__ import annotations

from fastapi import APIRouter

from services.notifier.access.console import ConsoleDoors
from services.notifier.pages.console.audit import audit_routes
from services.notifier.pages.console.dead_letters import dead_letter_routes
from services.notifier.pages.console.events import event_routes
from services.notifier.pages.console.figures import figure_routes
from services.notifier.pages.console.invariants import invariant_routes
from services.notifier.pages.console.journeys import journey_routes
from services.notifier.pages.console.streams import stream_routes
from services.notifier.pages.console.watch import watch_routes
from services.notifier.pages.console.window import Window, strip_routes
from shared.community.definition import Community
from shared.web.templating import Pages

__all__ = ["make_console_router"]


def make_console_router(doors: ConsoleDoors, pages: Pages, rules: Community) -> APIRouter:
    """Every page of the console; all need the role of ops."""
    router = APIRouter(include_in_schema=False)
    window = Window(doors, pages)
    router.include_router(strip_routes(window))
    router.include_router(event_routes(doors, window))
    router.include_router(stream_routes(doors, window))
    router.include_router(dead_letter_routes(doors, window))
    router.include_router(audit_routes(doors, window))
    router.include_router(journey_routes(doors, window, rules))
    router.include_router(watch_routes(doors, window, rules))
    router.include_router(figure_routes(doors, window, rules))
    router.include_router(invariant_routes(doors, window))
    return router
