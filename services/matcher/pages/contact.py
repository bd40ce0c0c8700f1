"""Whom to reach about an order one has taken: fetched from intake each time, shown once, in no address."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.pages.volunteering import Volunteering
from shared.community.areas import AreaTree
from shared.contracts.refusal import Refusal
from shared.web.callers import VolunteerCaller
from shared.web.errors import status_of
from shared.web.forms import Form
from shared.web.templating import Pages


def way_to(area: str, areas: AreaTree, map_link: str) -> str:
    """A map's address for the way to an area's community; empty without a map, or where there is no community.

    The names are the definition's and public: whoever runs the map learns neither a building nor a person.
    """
    community = areas.community_of(area) if areas.knows(area) else None
    if not map_link or community is None:
        return ""
    names = f"{areas.root.name.zh} {areas[community].name.zh}"
    return map_link.format(place=quote(names, safe=""))


def contact_pages(volunteering: Volunteering, doors: Doors, pages: Pages, map_link: str) -> APIRouter:
    """A form's button asks for it: a look is a deed, and no link does one. ``map_link``: as in the settings."""
    router = APIRouter()

    @router.post("/assignments/{assignment_id}/contact")
    async def contact(request: Request, assignment_id: str, caller: VolunteerCaller) -> Response:
        try:
            told = await doors.contact(assignment_id, caller)
        except Refusal as refusal:
            return await volunteering.page(request, caller, Form.blank().refused(refusal), status_of(refusal))
        way = way_to(told.area, doors.rules.areas, map_link)
        answer = pages.render(request, "contact.html", told=told, place=volunteering.place, way=way)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return router
