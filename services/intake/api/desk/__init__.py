"""What coordinators do with the orders of their area: ``/api/desk/orders/{reference}``."""

from __future__ import annotations

from fastapi import APIRouter

from services.intake.access import Doors
from services.intake.api.desk.arranging import arranging_routes
from services.intake.api.desk.concerning import concerning_routes
from services.intake.api.desk.ending import ending_routes
from services.intake.api.desk.showing import showing_routes


def desk_routes(doors: Doors) -> APIRouter:
    """Each further route of a coordinator's gets a module of its own beside this one."""
    router = APIRouter(prefix="/desk", tags=["desk"])
    showing_routes(router, doors)
    concerning_routes(router, doors)
    arranging_routes(router, doors)
    ending_routes(router, doors)
    return router
