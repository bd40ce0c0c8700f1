"""Who else is concerned, what may be the same matter, and somebody to add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.intake.access.concerned import add_resident, merge_into
from services.intake.access.doors import Doors
from services.intake.commands.concerning import ConcernOther, MergeInto
from services.intake.pages.desk.page import ADDRESS, DeskPage, Section, Seen
from services.intake.policies.lifecycle import OPEN
from services.intake.queries import OrderFound
from shared.community.definition import Community
from shared.contracts.words import OrderState, Part
from shared.identity.tokens import Caller
from shared.web.forms import Form
from shared.web.wording import place_name

_CONCERNED = "concerned"
_CHANGEABLE = frozenset(state.value for state in OPEN - {OrderState.DONE})


class Added(ConcernOther):
    """Somebody to add, and why they are concerned."""

    part: Literal["joined", "party"]


def concerned_section(doors: Doors, rules: Community) -> Section:
    """Residents by number, the other side by its answer, and similar orders of the coordinator's area."""

    async def shows(seen: Seen) -> Mapping[str, Any]:
        order = seen.order
        others = await doors.concerned.others(order.order_id)
        is_open = order.state in _CHANGEABLE
        found = OrderFound(order.order_id, order.reference, order.grid)
        areas = await doors.areas_of(seen.caller, found) if is_open else ()
        similar = await doors.similar.to_order(order.order_id, areas) if is_open else []
        service = rules.services_by_code.get(order.service)
        return {
            "joined": sum(one.part != Part.PARTY for one in others),
            "parties": [one for one in others if one.part == Part.PARTY],
            "open": is_open,
            "similar": similar,
            "places": {one.reference: place_name(rules.areas, one.area) for one in similar},
            "has_sides": service is not None and service.parties,
        }

    return Section(_CONCERNED, shows)


def concerned_pages(page: DeskPage) -> APIRouter:
    """``/merge`` and ``/concern``."""
    router = APIRouter(prefix=ADDRESS)

    @router.post("/merge")
    async def merge(request: Request, reference: str, caller: Caller = page.coordinator) -> Response:
        async def act(found: OrderFound, form: Form) -> None:
            await merge_into(page.doors, found, form.read(MergeInto).into, caller)

        return await page.take(request, caller, reference, _CONCERNED, act)

    @router.post("/concern")
    async def concern(request: Request, reference: str, caller: Caller = page.coordinator) -> Response:
        async def act(found: OrderFound, form: Form) -> None:
            added = form.read(Added, groups=("contact",))
            await add_resident(page.doors, found, ConcernOther(contact=added.contact), Part(added.part), caller)

        return await page.take(request, caller, reference, _CONCERNED, act)

    return router
