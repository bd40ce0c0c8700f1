"""Photos of what was done: a page of their own, so that the order's page waits for nobody."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import StringConstraints

from services.intake.access.photos import Photos
from services.intake.queries import OrderFound
from shared.web.pictures import picture_response
from shared.web.templating import Pages

PhotoId = Annotated[str, StringConstraints(max_length=64)]


def photo_pages(photos: Photos, pages: Pages) -> APIRouter:
    """``/orders/{reference}/photos``, and each photo below it, where the order's cookie is sent."""
    router = APIRouter(prefix="/orders/{reference}/photos", include_in_schema=False)
    seen: Any = Depends(photos.doors.order_concerned)  # a default: annotations of routes see no names of this function

    @router.get("")
    async def shown(request: Request, reference: str, found: OrderFound = seen) -> Response:
        return pages.render(request, "photos.html", reference=found.reference, photo_ids=await photos.of(found))

    @router.get("/{photo_id}")
    async def picture(photo_id: PhotoId, found: OrderFound = seen) -> Response:
        return picture_response(await photos.picture(found, photo_id))

    return router
