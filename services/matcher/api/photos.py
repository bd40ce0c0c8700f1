"""Photos of what was served: sent one by one, so that a weak network repeats one and not all; the report names them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response, UploadFile
from pydantic import BaseModel, StringConstraints

from services.matcher.access import Doors
from services.matcher.queries.photos import PhotoView
from shared.contracts.refusal import NotFound
from shared.contracts.words import Role
from shared.identity.tokens import Caller
from shared.web.callers import CoordinatorCaller, VolunteerCaller, require
from shared.web.paging import Page
from shared.web.pictures import JPEG, picture_response

PhotoId = Annotated[str, StringConstraints(max_length=64)]


class PhotoKeptView(BaseModel):
    """The id by which the report names a photo."""

    photo_id: str


def photo_routes(router: APIRouter, doors: Doors) -> None:
    """Sending, listing and seeing photos."""
    seen: Any = Depends(require(Role.VOLUNTEER, Role.COORDINATOR))

    @router.post("/assignments/{assignment_id}/photos", tags=["volunteers"], status_code=201)
    async def send(assignment_id: str, photo: UploadFile, caller: VolunteerCaller) -> PhotoKeptView:
        """Send a photo (JPEG, PNG or WebP) before the report that names it; sent twice it is one. Only its points are
        kept: no place, no time, no camera. 413 too large, 415 no photo, 409 when the report can have no more.
        """
        return PhotoKeptView(photo_id=await doors.keep_photo(assignment_id, caller, await photo.read()))

    @router.get("/assignments/{assignment_id}/photos", tags=["volunteers"])
    async def mine(assignment_id: str, caller: VolunteerCaller) -> Page[PhotoView]:
        """The photos of an assignment of mine. Unless a report names one, it goes after a day."""
        if not await doors.queries.photos.is_mine(assignment_id, caller.subject):
            raise NotFound
        return Page(items=await doors.queries.photos.of_assignment(assignment_id, caller.subject))

    @router.get("/legs/{leg_id}/photos", tags=["coordinators"])
    async def of_leg(leg_id: str, caller: CoordinatorCaller) -> Page[PhotoView]:
        """The photos that reports about a leg name."""
        areas = doors.rules.areas.all_below(await doors.access.areas_of(caller))
        if not await doors.queries.photos.is_in(leg_id, areas):
            raise NotFound
        return Page(items=await doors.queries.photos.of_leg(leg_id, areas))

    @router.get("/photos/{photo_id}", tags=["volunteers"], response_class=Response, responses=JPEG)
    async def picture(photo_id: PhotoId, caller: Caller = seen) -> Response:
        """A photo: to whoever sent it, and to coordinators of the area once a report names it."""
        return picture_response(await doors.photo(photo_id, caller))
