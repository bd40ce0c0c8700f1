"""The page of one order for its coordinators: sections in a row, each with its own template and form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.access.looking import read_order
from services.intake.queries import OrderFound
from services.intake.queries.desk import DeskOrderView, ReachView
from shared.contracts.refusal import Refusal
from shared.identity.tokens import Caller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.templating import Pages, redirect

ADDRESS = "/desk/orders/{reference}"
"""The prefix of every route about one order."""


@dataclass(frozen=True)
class Seen:
    """An order before a coordinator: who looks, and the order as it is now."""

    caller: Caller
    order: DeskOrderView


Shows = Callable[[Seen], Awaitable[Mapping[str, Any] | None]]
"""What a section's template shows of an order; None leaves the section out."""


@dataclass(frozen=True)
class Section:
    """One part of the page. ``name`` is its template's, ``desk/<name>.html``, which also gets ``order``, ``address``,
    ``revealed``, ``form`` (what was refused a moment ago, else blank) and what ``shows`` answers.
    """

    name: str
    shows: Shows


class DeskPage:
    """Shows an order to coordinators and takes what they post about it."""

    def __init__(self, doors: Doors, pages: Pages, sections: Sequence[Section]) -> None:
        self.doors = doors
        self.pages = pages
        self._sections = sections
        self.coordinator: Any = Depends(doors.coordinator)

    async def show(
        self,
        request: Request,
        caller: Caller,
        found: OrderFound,
        refused: Mapping[str, Form] | None = None,
        status: int = 200,
        revealed: Mapping[str, ReachView] | None = None,
    ) -> Response:
        """The whole page. ``refused``: forms to show again, by section; ``revealed``: contacts to show in full."""
        seen = Seen(caller, await read_order(self.doors, found, caller))
        forms, address = refused or {}, f"/desk/orders/{found.reference}"
        parts = []
        for section in self._sections:
            context = await section.shows(seen)
            if context is not None:
                form = forms.get(section.name, Form.blank())
                shown = {**context, "revealed": revealed or {}, "order": seen.order, "address": address, "form": form}
                parts.append(self.pages.fragment(f"desk/{section.name}.html", **shown))
        faulty = next(iter(forms.values()), Form.blank())
        shown = {"order": seen.order, "address": address, "parts": parts, "form": faulty}
        return self.pages.render(request, "desk_order.html", status=status, **shown)

    async def take(
        self,
        request: Request,
        caller: Caller,
        reference: str,
        section: str,
        act: Callable[[OrderFound, Form], Awaitable[Any]],
    ) -> Response:
        """Do what the form of a section asks and come back to the page; a refusal is said in the section."""
        found, form = await self.doors.order_within(reference, caller), await posted(request)
        try:
            await act(found, form)
        except Refusal as refusal:
            again = {section: form.refused(refusal)}
            return await self.show(request, caller, found, again, status_of(refusal))
        return redirect(f"/desk/orders/{reference}")

    def routes(self) -> APIRouter:
        """The page itself."""
        router = APIRouter(prefix=ADDRESS)

        @router.get("")
        async def desk_order(request: Request, reference: str, caller: Caller = self.coordinator) -> Response:
            return await self.show(request, caller, await self.doors.order_within(reference, caller))

        return router
