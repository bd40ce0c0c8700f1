"""Intake's JSON doors: the catalogue, placing, importing, and an order's life by its tracking token."""

from __future__ import annotations

from fastapi import APIRouter

from services.intake.access import Doors
from services.intake.api.calling import calling_routes
from services.intake.api.concerning import concerning_routes
from services.intake.api.desk import desk_routes
from services.intake.api.extending import extension_routes
from services.intake.api.finding import finding_routes
from services.intake.api.importing import import_routes
from services.intake.api.incidents import incident_routes
from services.intake.api.orders import order_routes
from services.intake.api.watching import watching_routes


def make_router(doors: Doors) -> APIRouter:
    """The routes of contract.md, section intake."""
    router = APIRouter(prefix="/api", tags=["orders"])
    concerning_routes(router, doors)
    finding_routes(router, doors)
    order_routes(router, doors)
    extension_routes(router, doors)
    import_routes(router, doors)
    incident_routes(router, doors)
    calling_routes(router, doors)
    watching_routes(router, doors)
    router.include_router(desk_routes(doors))
    return router
