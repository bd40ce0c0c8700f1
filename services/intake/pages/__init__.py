"""Intake's pages: the catalogue, the order form, and an order to follow while it moves."""

from __future__ import annotations

from fastapi import APIRouter

from services.intake.access import Doors
from services.intake.pages.calling import calling_pages
from services.intake.pages.closing import closing_pages
from services.intake.pages.consenting import consenting_routes
from services.intake.pages.danger import danger_pages
from services.intake.pages.desk import desk_pages
from services.intake.pages.explaining import explaining_routes
from services.intake.pages.extending import extension_pages
from services.intake.pages.finding import finding_pages
from services.intake.pages.following import following_routes
from services.intake.pages.ordering import ordering_routes
from services.intake.pages.placed import placed_pages
from services.intake.pages.reviewing import reviewing_routes
from services.intake.pages.tracking import Tracking, tracking_routes
from services.intake.pages.watching import watching_pages
from services.intake.policies.entry import DayHours
from shared.community.definition import Community
from shared.web.templating import Pages

__all__ = ["make_router"]


def make_router(doors: Doors, rules: Community, pages: Pages, hours: DayHours, *, secure: bool) -> APIRouter:
    """Every page of intake. ``hours``: what a day and its evening are; ``secure``: cookies travel over TLS alone."""
    tracking = Tracking(doors, secure=secure)
    router = APIRouter(include_in_schema=False)
    router.include_router(ordering_routes(doors, rules, pages, tracking, hours))
    router.include_router(placed_pages(doors, rules, pages))
    router.include_router(tracking_routes(tracking, pages))
    router.include_router(finding_pages(doors, pages, secure=secure))
    router.include_router(following_routes(doors, rules, pages))
    router.include_router(consenting_routes(doors, rules, pages))
    router.include_router(extension_pages(doors))
    router.include_router(closing_pages(doors))
    router.include_router(calling_pages(doors, rules, pages))
    router.include_router(watching_pages(doors, rules, pages))
    router.include_router(danger_pages(doors, rules, pages))
    router.include_router(reviewing_routes(doors, pages))
    router.include_router(explaining_routes(doors, pages))
    router.include_router(desk_pages(doors, rules, pages))
    return router
