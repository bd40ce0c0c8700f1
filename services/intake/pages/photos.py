"""Photos of what was done: a page of their own, so that the order's page waits for nobody; one for those it was done
for, and one for coordinators.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import StringConstraints

from services.intake.access.photos import Photos
from services.intake.pages.desk.page import ADDRESS as DESK
from services.intake.queries import OrderFound
from shared.identity.tokens import Caller
from shared.web.pictures import picture_response
from shared.web.templating import Pages

PhotoId = Annotated[str, StringConstraints(max_length=64)]


def photo_pages(photos: Photos, pages: Pages) -> APIRouter:
    """``/orders/{reference}/photos``, and each photo below it, where the order's cookie is sent; the same below
    ``/desk``.
    """
    router = APIRouter(include_in_schema=False)
    router.include_router(_own(photos, pages))
    router.include_router(_on_the_desk(photos, pages))
    return router


def _own(photos: Photos, pages: Pages) -> APIRouter:
    router = APIRouter(prefix="/orders/{reference}/photos")
    seen: Any = Depends(photos.doors.order_concerned)  # a default: annotations of routes see no names of this function

    @router.get("")
    async def shown(request: Request, reference: str, found: OrderFound = seen) -> Response:
        listed: dict[str, Any] = {"reference": found.reference, "photo_ids": await photos.of(found)}
        return pages.render(request, "photos.html", address=f"/orders/{found.reference}", **listed)

    @router.get("/{photo_id}")
    async def picture(photo_id: PhotoId, found: OrderFound = seen) -> Response:
        return picture_response(await photos.picture(found, photo_id))

    return router


def _on_the_desk(photos: Photos, pages: Pages) -> APIRouter:
    router = APIRouter(prefix=f"{DESK}/photos")
    coordinator: Any = Depends(photos.doors.coordinator)

    @router.get("")
    async def shown(request: Request, reference: str, caller: Caller = coordinator) -> Response:
        listed: dict[str, Any] = {"reference": reference, "photo_ids": await photos.for_desk(reference, caller)}
        return pages.render(request, "photos.html", address=f"/desk/orders/{reference}", **listed)

    @router.get("/{photo_id}")
    async def picture(reference: str, photo_id: PhotoId, caller: Caller = coordinator) -> Response:
        return picture_response(await photos.look_at(reference, caller, photo_id))

    return router
