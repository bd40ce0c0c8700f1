"""Notifier's pages: the public board; for ops events as they happen, streams and consumers, dead letters."""

from __future__ import annotations

from fastapi import APIRouter

from services.notifier.access import Doors
from services.notifier.pages.audit import audit_routes
from services.notifier.pages.board import board_routes, naming
from services.notifier.pages.dead_letters import dead_letter_routes
from services.notifier.pages.events import event_routes
from services.notifier.pages.feeds import feed_routes
from services.notifier.pages.journeys import journey_routes
from services.notifier.pages.standing import standing_routes
from services.notifier.pages.watch import watch_routes
from shared.community.definition import Community
from shared.web.templating import Pages

__all__ = ["make_router"]


def make_router(doors: Doors, pages: Pages, rules: Community, public_url: str) -> APIRouter:
    """Every page of notifier; all but the board need the role of ops."""
    router = APIRouter(include_in_schema=False)
    router.include_router(event_routes(doors, pages))
    router.include_router(standing_routes(doors, pages))
    router.include_router(dead_letter_routes(doors, pages))
    router.include_router(audit_routes(doors, pages))
    router.include_router(journey_routes(doors, pages, rules))
    router.include_router(watch_routes(doors, pages, rules))
    router.include_router(board_routes(doors, pages, rules))
    router.include_router(feed_routes(doors, naming(rules), public_url))
    return router
