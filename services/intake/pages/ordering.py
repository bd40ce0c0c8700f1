"""The way to an order, one thing a page: what → where → when and who. Works by links and one form."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.commands import Orderer
from services.intake.pages.entry import ORDERERS
from services.intake.pages.joining import ANOTHER, JOIN, joined_by, similar_to
from services.intake.pages.joining import Option as Similar
from services.intake.pages.parties import PlaceBetween, as_shown
from services.intake.pages.tracking import Tracking
from services.intake.policies.acceptance import OrderInvalid
from services.intake.policies.appointments import appointments
from services.intake.queries.views import PlacedView
from services.intake.use_cases.placing import KeyUsedForAnotherOrder
from shared.community.areas import COMMUNITY, GRID, Area
from shared.community.catalogue import Mode, Service
from shared.community.definition import Community
from shared.contracts.refusal import Invalid, NotFound, Refusal
from shared.contracts.words import Urgency
from shared.web.dates import period
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader, gettext
from shared.web.rules import ANYBODY, under
from shared.web.templating import Pages
from shared.web.wording import WORDS, place_name

KEY = "key"
"""The hidden one-time key: a form that is sent twice places one order."""

_MOMENTS = ("window.from", "window.to")
_APPOINTMENT, _UNTIL = "window", "/"
"""The choice of an appointment: both ends in one value, as ISO 8601 writes an interval."""
_BUTTONS = frozenset({KEY, _APPOINTMENT, JOIN, ANOTHER})
"""What the form sends besides the order itself."""
_BUILDING = "building"
_LONGEST_KEY = 200

Where = Annotated[str, Query(alias="in", max_length=64)]


class SentAlready(Invalid):
    """This very form has placed an order, and came again with something else in it."""

    title = "This form has placed an order already. Send it again to place one more."


@dataclass(frozen=True)
class Option:
    """One choice among links: a code and how it is called."""

    code: str
    name: str


class Ordering:
    """Shows the catalogue, the places and the form of one community."""

    def __init__(self, doors: Doors, rules: Community, pages: Pages) -> None:
        self._doors = doors
        self._rules = rules
        self._pages = pages

    def catalogue(self, request: Request) -> Response:
        """Every window with its services."""
        language = current_reader().language
        services = self._doors.views.catalogue(language)
        windows = [
            (window.name.told_in(language), [service for service in services if service.window == window.code])
            for window in self._rules.windows
        ]
        return self._pages.render(request, "catalogue.html", windows=windows)

    def service(self, code: str) -> Service:
        """A service of the catalogue. Raises ``NotFound``."""
        found = self._rules.services_by_code.get(code)
        if found is None:
            raise NotFound
        return found

    def places(self, request: Request, service: Service, where: str) -> Response:
        """The communities, or the grids of one."""
        areas = self._rules.areas
        codes = areas.below(where, GRID) if where else [area.code for area in self._outermost()]
        return self._pages.render(
            request,
            "places.html",
            name=service.name.told_in(current_reader().language),
            service=service.code,
            place=place_name(areas, where) if where else "",
            choices=[self._option(areas[code]) for code in codes],
        )

    def form(
        self, request: Request, service: Service, grid: str, form: Form, status: int = 200,
        similar: Sequence[Similar] = (),
    ) -> Response:  # fmt: skip
        """What, when and who, for one grid. ``similar``: orders of others to choose from before this one is placed."""
        language = current_reader().language
        buildings = [self._option(self._rules.areas[code]) for code in self._rules.areas.below(grid, _BUILDING)]
        return self._pages.render(
            request,
            "order_form.html",
            status=status,
            form=form,
            service=service.code,
            name=service.name.told_in(language),
            description=service.description.told_in(language),
            grid=grid,
            place=place_name(self._rules.areas, grid),
            buildings=[(option.code, option.name) for option in buildings],
            orderers=[(one.value, gettext(ORDERERS[one])) for one in (Orderer.SHOP, Orderer.FIRM)],
            urgencies=[(urgency.value, WORDS["urgency_name"](urgency)) for urgency in Urgency],
            parties=service.parties,
            appointments=self._appointments(service, grid),
            key=KEY,
            similar=similar,
        )

    def grid_of(self, where: str) -> str | None:
        """The grid somebody chose; None while a wider place was. Raises ``NotFound`` for no place of ours."""
        if not where:
            return None
        if where not in self._rules.areas:
            raise NotFound
        return self._rules.areas.grid_of(where)

    def _appointments(self, service: Service, grid: str) -> list[tuple[str, str]]:
        """When somebody could come to the counter, as choices; none where they need not."""
        times = appointments(self._rules, service, grid, self._doors.clock.now())
        return [(f"{one.from_.isoformat()}{_UNTIL}{one.to.isoformat()}", period(one.from_, one.to)) for one in times]

    def _outermost(self) -> tuple[Area, ...]:
        return self._rules.areas.of_kind(COMMUNITY) or self._rules.areas.of_kind(GRID)

    def _option(self, area: Area) -> Option:
        return Option(area.code, area.name.told_in(current_reader().language))


def ordering_routes(doors: Doors, rules: Community, pages: Pages, tracking: Tracking) -> APIRouter:
    """``/`` and ``/order/{service}?in={area}``."""
    router = APIRouter()
    ordering = Ordering(doors, rules, pages)

    @router.get("/")
    @under(ANYBODY)
    async def catalogue(request: Request) -> Response:
        return ordering.catalogue(request)

    @router.get("/order/{service}")
    @under(ANYBODY)
    async def order_form(request: Request, service: str, where: Where = "") -> Response:
        chosen = ordering.service(service)
        grid = ordering.grid_of(where)
        if grid is None:
            return ordering.places(request, chosen, where)
        return ordering.form(request, chosen, grid, _fresh(chosen, grid))

    @router.post("/order/{service}")
    @under(ANYBODY)
    async def place_order(request: Request, service: str, where: Where = "") -> Response:
        chosen = ordering.service(service)
        form = await posted(request)
        grid = ordering.grid_of(where)
        if grid is None:
            return ordering.places(request, chosen, where)
        try:
            placed = await joined_by(doors, form) or await place(form, chosen, grid)
        except KeyUsedForAnotherOrder:
            again = replace(form, values={**form.values, KEY: (_new_key(),)})
            return ordering.form(request, chosen, grid, again.refused(SentAlready()), 422)
        except OrderInvalid as refusal:
            return ordering.form(request, chosen, grid, form.refused(as_shown(refusal)), status_of(refusal))
        except Refusal as refusal:
            return ordering.form(request, chosen, grid, form.refused(refusal), status_of(refusal))
        if not isinstance(placed, PlacedView):
            return ordering.form(request, chosen, grid, form, similar=placed)
        return tracking.lead_to(placed.reference, placed.tracking_token)

    async def place(form: Form, service: Service, grid: str) -> PlacedView | list[Similar]:
        """The order, or what is to be looked at before it is placed."""
        wish = _wish(form, service).read(PlaceBetween, moments=_MOMENTS, groups=("contact",))
        order = wish.order(grid)
        similar = await similar_to(doors, rules.areas, form, order)
        return similar or await doors.place(order, form.value(KEY)[:_LONGEST_KEY] or None)

    return router


def _fresh(service: Service, grid: str) -> Form:
    """A form nobody has filled in; what happens in a public space needs no building."""
    area = grid if service.mode is Mode.PUBLIC_SPACE else ""
    return Form.blank({"area": area, "urgency": service.urgency.value, KEY: _new_key()})


def _wish(form: Form, service: Service) -> Form:
    values = {name: texts for name, texts in form.values.items() if name not in _BUTTONS}
    if chosen := form.value(_APPOINTMENT):
        begins, _, ends = chosen.partition(_UNTIL)
        values |= {"window.from": (begins,), "window.to": (ends,)}
    return replace(form, values={**values, "service": (service.code,)})


def _new_key() -> str:
    return secrets.token_urlsafe(16)
