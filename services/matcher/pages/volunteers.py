"""The volunteers who live in a coordinator's areas: found by name or number, stopped, let back in, taken off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.matcher.access import Doors
from services.matcher.commands import Command
from services.matcher.commands.departing import RemoveVolunteer, RestoreVolunteer, SuspendVolunteer
from services.matcher.use_cases.departing import AboutVolunteer
from shared.contracts.refusal import NotFound, Refusal
from shared.identity.tokens import Caller
from shared.web.callers import CoordinatorCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.paging import After, cursor_of, place_of
from shared.web.templating import Pages, redirect
from shared.web.wording import place_name

ROWS = 20
LONGEST_SEARCH = 50
VERBS: Mapping[str, type[Command]] = {
    "suspend": SuspendVolunteer,
    "restore": RestoreVolunteer,
    "remove": RemoveVolunteer,
}


class Volunteers:
    """Shows coordinators who lives in the areas they act for, and how each of them stands.

    A search is sent as a form: a name has no place in an address.
    """

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages

    async def page(self, request: Request, caller: Caller, cursor: str | None, form: Form | None = None) -> Response:
        """All of them by number, further ones by ``cursor``; or those whose name or number has in it what the search
        ``form`` says.
        """
        after = str(place_of(cursor, str)[0]) if cursor else ""
        areas, form = await self._doors.access.areas_of(caller), form or Form.blank()
        said = form.value("who").strip()[:LONGEST_SEARCH]
        rows = await self._doors.queries.roster.standing(areas, ROWS + 1, after, said)
        following = cursor_of((rows[ROWS - 1].volunteer_id,)) if len(rows) > ROWS else None
        shown: dict[str, Any] = {"rows": rows[:ROWS], "following": following, "said": said, "form": form}
        return self._pages.render(request, "volunteers.html", place=self._place, **shown)

    async def one(
        self, request: Request, caller: Caller, volunteer_id: str, form: Form | None = None, status: int = 200
    ) -> Response:
        """One of them, and what may be decided. Raises ``NotFound`` for who lives elsewhere."""
        row = await self._doors.queries.roster.standing_of(volunteer_id)
        if row is None or not self._doors.rules.areas.within(row.home, await self._doors.access.areas_of(caller)):
            raise NotFound
        shown = {"row": row, "form": form or Form.blank(), "place": self._place}
        return self._pages.render(request, "standing.html", status=status, **shown)

    def _place(self, area: str) -> str:
        return place_name(self._doors.rules.areas, area)


def volunteer_pages(volunteers: Volunteers, doors: Doors) -> APIRouter:
    """``/volunteers``, ``/volunteers/{volunteer_id}`` and what is decided there."""
    router, departing = APIRouter(), doors.use_cases.departing
    use_cases: dict[str, Any] = {
        "suspend": departing.suspend, "restore": departing.restore, "remove": departing.remove,
    }  # fmt: skip

    @router.get("/volunteers")
    async def page(request: Request, caller: CoordinatorCaller, cursor: After = None) -> Response:
        return await volunteers.page(request, caller, cursor)

    @router.post("/volunteers")
    async def search(request: Request, caller: CoordinatorCaller) -> Response:
        return await volunteers.page(request, caller, None, await posted(request))

    @router.get("/volunteers/{volunteer_id}")
    async def one(request: Request, volunteer_id: str, caller: CoordinatorCaller) -> Response:
        return await volunteers.one(request, caller, volunteer_id)

    @router.post("/volunteers/{volunteer_id}/{verb}")
    async def decide(request: Request, volunteer_id: str, verb: str, caller: CoordinatorCaller) -> Response:
        if verb not in VERBS:
            raise NotFound
        form, areas = await posted(request), await doors.access.areas_of(caller)
        try:
            wish = AboutVolunteer(volunteer_id, caller.subject, areas, form.read(VERBS[verb]))
            await doors.do(use_cases[verb], wish)
        except Refusal as refusal:
            return await volunteers.one(request, caller, volunteer_id, form.refused(refusal), status_of(refusal))
        return redirect(f"/volunteers/{volunteer_id}")

    return router
