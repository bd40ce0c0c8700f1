"""Shows the pages of an order: one thing each, with what was answered so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.commands import Orderer
from services.intake.commands.concerning import Suggest
from services.intake.pages.entry import ORDERERS
from services.intake.pages.ordering.answers import ANY_DAY, AT_ONCE, SAID, Answers
from services.intake.pages.ordering.joining import Option as Similar
from services.intake.pages.ordering.steps import MOMENTS, NAMES, PLACE, WHEN, Step, carried, everything
from services.intake.policies.entry import When
from services.intake.queries.suggestions import SuggestionsView
from services.intake.queries.views import ServiceView
from shared.community.areas import COMMUNITY, GRID, Area
from shared.community.catalogue import Service
from shared.community.definition import Community
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import Urgency
from shared.web.dates import period
from shared.web.forms import Form, FormInvalid
from shared.web.i18n import current_reader, gettext
from shared.web.templating import Pages
from shared.web.wording import WORDS, place_name

_BUILDING = "building"
_QUICK = (When.SOON, AT_ONCE, When.EVENING, When.TOMORROW, When.WEEKEND, ANY_DAY)


@dataclass(frozen=True)
class Choice:
    """One answer to tap: what it sends and how it is called."""

    code: str
    name: str
    hint: str = ""


@dataclass(frozen=True)
class Around:
    """A grid with the places in it."""

    grid: Choice
    places: Sequence[Choice]


class Showing:
    """Renders the pages of one community."""

    def __init__(self, doors: Doors, rules: Community, pages: Pages, answers: Answers) -> None:
        self._doors = doors
        self._rules = rules
        self._pages = pages
        self._answers = answers

    def service(self, code: str) -> Service:
        """A service of the catalogue. Raises ``NotFound``."""
        found = self._rules.services_by_code.get(code)
        if found is None:
            raise NotFound
        return found

    def catalogue(self, request: Request, form: Form, status: int = 200) -> Response:
        """The first screen: say it in one's own words, or choose."""
        shown = {"form": form, "windows": self._windows(), "station": self._rules.station_phone}
        return self._pages.render(request, "catalogue.html", status=status, **shown)

    async def what(self, request: Request, form: Form, service: Service | None = None) -> Response:
        """Which service: what the words may mean first, then the whole catalogue; all other answers stay."""
        try:
            told = (await self.meant(form)).services
        except FormInvalid:  # words that nobody can type: they are judged before the order is sent
            told = []
        by_code = {one.code: one for one in self._doors.views.catalogue(current_reader().language)}
        meant = [by_code[one.code] for one in told]
        return self._page(request, "what", Step.WHAT, form, service, meant=meant, windows=self._windows())

    def step(
        self, request: Request, step: Step, form: Form, service: Service, status: int = 200, *, understood: bool = False
    ) -> Response:
        """Any page but the first. ``understood``: the service was chosen by the resident's own words."""
        match step:
            case Step.WHERE:
                shown = {**self._places(form), "understood": understood}
            case Step.WHEN:
                form, shown = _without_instants(form), self._times(form, service)
            case Step.WHO:
                told = [(one.value, gettext(ORDERERS[one])) for one in (Orderer.SHOP, Orderer.FIRM)]
                shown = {"orderers": told, "parties": service.parties, "in_person": service.in_person}
            case _:
                shown = self._checked(form, service)
        return self._page(request, step.value, step, form, service, status, **shown)

    def similar(self, request: Request, form: Form, service: Service, found: Sequence[Similar]) -> Response:
        """Orders of others that may be the same matter, before this one is placed."""
        return self._page(request, "similar", Step.CHECK, form, service, similar=found)

    def danger(self, request: Request, form: Form, service: Service | None) -> Response:
        """Whom to call before anything else; then the order goes on. ``service``: it was about to be sent."""
        step = Step.CHECK if service else Step.WHAT
        return self._page(request, "danger", step, form, service)

    async def meant(self, form: Form) -> SuggestionsView:
        """What the resident's words may mean. Raises ``FormInvalid``."""
        said = replace(form, values={"text": form.values.get("details", ("",))})
        return await self._doors.suggestions.to(said.read(Suggest), current_reader().language, self._doors.clock.now())

    def _page(
        self, request: Request, name: str, step: Step, form: Form, service: Service | None, status: int = 200,
        **shown: Any,
    ) -> Response:  # fmt: skip
        language, area = current_reader().language, form.value("area")
        context: Mapping[str, Any] = {
            "form": form,
            "step": step.value,
            "steps": [gettext(text) for text in NAMES.values()],
            "number": list(Step).index(step) + 1,
            "carried": carried(form, step),
            "everything": everything(form),
            "service": service.code if service else "",
            "name": service.name.told_in(language) if service else "",
            "description": service.description.told_in(language) if service else "",
            "place": place_name(self._rules.areas, area) if area and step not in {Step.WHAT, Step.WHERE} else "",
            "counter": bool(service and self._answers.appointments(form, service)),
            "station": self._rules.station_phone,
            **shown,
        }
        return self._pages.render(request, f"order/{name}.html", status=status, **context)

    def _windows(self) -> list[tuple[str, list[ServiceView]]]:
        language = current_reader().language
        services = self._doors.views.catalogue(language)
        return [
            (window.name.told_in(language), [service for service in services if service.window == window.code])
            for window in self._rules.windows
        ]

    def _places(self, form: Form) -> dict[str, Any]:
        """The communities, or the grids of one with their buildings. Raises ``NotFound`` for no place of ours."""
        areas = self._rules.areas
        outermost = areas.of_kind(COMMUNITY) or areas.of_kind(GRID)
        within = self._within(form.value(PLACE) or (outermost[0].code if len(outermost) == 1 else ""))
        if not form.value(PLACE) and form.value("area") in areas:
            within = areas.community_of(form.value("area")) or areas.grid_of(form.value("area"))
        grids = areas.below(within, GRID) if within else []
        return {
            "communities": [] if within else [_choice(area) for area in outermost],
            "within": place_name(areas, within) if within else "",
            "grids": [self._around(code) for code in grids],
            "more_than_one": len(outermost) > 1,
            "everywhere": areas.root.code,
        }

    def _within(self, place: str) -> str | None:
        """What of a chosen place is shown: its grid, else its community; None above them."""
        areas = self._rules.areas
        if place and place not in areas:
            raise NotFound
        return (areas.grid_of(place) or areas.community_of(place)) if place else None

    def _around(self, grid: str) -> Around:
        areas = self._rules.areas
        return Around(_choice(areas[grid]), [_choice(areas[code]) for code in areas.below(grid, _BUILDING)])

    def _times(self, form: Form, service: Service) -> dict[str, Any]:
        quick = [self._quick(one) for one in _QUICK if one != _said_by(service)]
        hints = [one.hint for one in quick]  # on a Sunday evening the weekend is this evening
        choices = [one for place, one in enumerate(quick) if not one.hint or one.hint not in hints[:place]]
        return {"choices": choices, "appointments": self._answers.appointments(form, service)}

    def _quick(self, answer: str) -> Choice:
        window = self._answers.quick(When(answer)) if answer in set(When) else None
        return Choice(answer, gettext(SAID[answer]), period(window.from_, window.to) if window else "")

    def _checked(self, form: Form, service: Service) -> dict[str, Any]:
        """When and who, as the resident reads them; a time that cannot be is said where it is asked."""
        try:
            window = self._answers.window(form)
        except Refusal:
            window = None
        urgency = form.value("urgency") or service.urgency.value
        said = gettext(SAID[form.value(WHEN)]) if form.value(WHEN) in SAID else WORDS["urgency_name"](urgency)
        orderer = next((gettext(text) for one, text in ORDERERS.items() if form.value("orderer") == one.value), "")
        return {"when_told": period(window.from_, window.to) if window else said, "orderer_told": orderer}


def _said_by(service: Service) -> str:
    """How soon a service is by itself: there "as soon as somebody can" means it already."""
    return {Urgency.URGENT: AT_ONCE, Urgency.FLEXIBLE: ANY_DAY}.get(service.urgency, "")


def _choice(area: Area) -> Choice:
    return Choice(area.code, area.name.told_in(current_reader().language))


def _without_instants(form: Form) -> Form:
    """A quick answer's instants are no input of a browser's: they are chosen again."""
    if form.value(WHEN) == When.OTHER:
        return form
    return replace(form, values={name: texts for name, texts in form.values.items() if name not in MOMENTS})
