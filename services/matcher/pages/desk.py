"""A coordinator's desk, what is due first on top; each decision is a page with one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from services.matcher.access import Doors, desk_place
from services.matcher.commands import (
    AddLeg,
    AssignLeg,
    CallUpUnit,
    Command,
    EscalateLeg,
    ExcludeVolunteer,
    ExtendLeg,
    ReferLeg,
    ReleaseLeg,
    ResolveLeg,
    TakeInPerson,
)
from services.matcher.pages.dangers import danger_name
from services.matcher.pages.telling import recommended, why
from services.matcher.queries.views import ChoiceView
from shared.contracts.refusal import Conflict, NotFound, Refusal
from shared.identity.tokens import Caller
from shared.web.callers import CoordinatorCaller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader
from shared.web.live import mark_of
from shared.web.paging import After, cursor_of
from shared.web.templating import Pages, redirect
from shared.web.wording import place_name

ROWS = 50
MOMENTS = ("until",)


@dataclass(frozen=True)
class Verb:
    """One thing a coordinator can decide: the command it reads, and the use case that does it."""

    command: type[Command]
    use_case: Any


class Desk:
    """Shows coordinators what they hold."""

    def __init__(self, doors: Doors, pages: Pages) -> None:
        self._doors = doors
        self._pages = pages
        deciding = doors.use_cases.deciding
        self.verbs: Mapping[str, Verb] = {
            "resolve": Verb(ResolveLeg, deciding.resolve_legs),
            "take": Verb(TakeInPerson, deciding.take_in_person),
            "extend": Verb(ExtendLeg, doors.use_cases.extending.extend_legs),
            "assign": Verb(AssignLeg, deciding.assign_legs),
            "escalate": Verb(EscalateLeg, deciding.escalate_legs),
            "call-up": Verb(CallUpUnit, doors.use_cases.calling_up.call_up_units),
            "refer": Verb(ReferLeg, doors.use_cases.referring.refer_legs),
            "add": Verb(AddLeg, doors.use_cases.referring.add_legs),
            "release": Verb(ReleaseLeg, deciding.release_legs),
            "exclude": Verb(ExcludeVolunteer, doors.use_cases.recusing.exclude_volunteers),
        }

    async def page(
        self,
        request: Request,
        caller: Caller,
        cursor: str | None = None,
        form: Form | None = None,
        status: int = 200,
        area: str | None = None,
    ) -> Response:
        """The desk; further rows by ``cursor`` and those of one ``area`` below are not live. ``form`` carries what was
        refused a moment ago.
        """
        own, acts_for = self._doors.access.area_of(caller), await self._doors.access.areas_of(caller)
        title = self._doors.rules.coordinator_of(own).title.told_in(current_reader().language)
        fragment = await self.fragment(caller, cursor, area)
        return self._pages.render(
            request,
            "desk.html",
            status=status,
            form=form or Form.blank(),
            title=title,
            place=self.place(own),
            stands_in=[self.place(one) for one in acts_for[1:]],
            below=self._below(acts_for),
            chosen=Form.blank({"area": area or ""}),
            fragment=fragment,
            mark=mark_of(fragment),
            still=cursor or area,
        )

    async def fragment(self, caller: Caller, cursor: str | None = None, area: str | None = None) -> Markup:
        """One page of rows as they are now, of one area below if it is given. Raises ``NotFound`` for one elsewhere."""
        areas = await self._doors.access.desk_areas(caller, area)
        after = desk_place(cursor) if cursor else None
        rows = await self._doors.queries.desk(areas, self._doors.clock.now(), ROWS + 1, after)
        following = cursor_of(rows[ROWS - 1].place) if len(rows) > ROWS else None
        dangers = len(await self._doors.queries.incidents.unanswered(areas, ROWS))
        shown = {"rows": rows[:ROWS], "following": following, "area": area, "dangers": dangers, "place": self.place}
        return self._pages.fragment("desk_rows.html", **shown)

    def _below(self, tops: Sequence[str]) -> list[tuple[str, str]]:
        """The areas with a coordinator of their own, by code and as people say them."""
        rules = self._doors.rules
        return [(code, self.place(code)) for code in rules.areas.all_below(tops) if code in rules.ladder.by_area]

    async def form(
        self, request: Request, caller: Caller, leg_id: str, verb: str, form: Form, status: int = 200
    ) -> Response:
        """The form of one decision, under it how the search stands. Raises ``NotFound`` for a leg that is not on this
        desk.
        """
        context = await self._search(caller, leg_id)
        units = await self._units(context["row"].area) if verb == "call-up" else []
        people = await self._recommended(caller, leg_id) if verb == "assign" else []
        shown = {
            "verb": verb,
            "form": form,
            "units": units,
            "people": people,
            **self._holders(context["row"].area),
            **context,
        }
        return self._pages.render(request, "decide.html", status=status, **shown)

    async def leg(self, request: Request, caller: Caller, leg_id: str) -> Response:
        """How the search for somebody stands, who could serve it, and what can be decided. Raises ``NotFound``."""
        context = await self._search(caller, leg_id)
        people = await self._recommended(caller, leg_id)
        return self._pages.render(request, "leg_page.html", people=people, **context)

    async def _search(self, caller: Caller, leg_id: str) -> dict[str, Any]:
        areas, queries = await self._doors.access.areas_of(caller), self._doors.queries
        now = self._doors.clock.now()
        row = await queries.desk_row(leg_id, areas, now)
        return {
            "leg_id": leg_id,
            "row": row,
            "dangers": await queries.incidents.of_order(row.order_id),
            "danger_name": danger_name,
            "explanation": await queries.explaining.leg(leg_id, self._doors.rules.areas.all_below(areas), now),
            "place": self.place,
            "why": self._why,
        }

    async def _recommended(self, caller: Caller, leg_id: str) -> list[tuple[str, str]]:
        """The recommended three, by id and as a line each; nobody for a leg whose turn has not come."""
        try:
            people = await self._doors.recommended(leg_id, caller)
        except Conflict:
            return []
        return [(one.volunteer_id, recommended(one)) for one in people]

    def _holders(self, grid: str) -> dict[str, list[tuple[str, str]]]:
        """Who outside answers for a grid, and what posts a further leg could be for, by code and name."""
        language, rules = current_reader().language, self._doors.rules
        return {
            "departments": [(one.code, one.name.told_in(language)) for one in rules.departments_for(grid)],
            "posts": [(one.code, one.name.told_in(language)) for one in rules.skills],
        }

    async def _units(self, grid: str) -> list[tuple[str, str]]:
        """The units paired with the grid, or with an area above it up to its community. Hidden employers are left out:
        whoever comes would be known to work there.
        """
        areas, language = self._doors.rules.areas, current_reader().language
        top = areas.community_of(grid) or grid
        line = {code for code in areas.ancestors(grid) if areas.at_or_below(code, top)}
        units = await self._doors.queries.roster.units()
        return [
            (one.unit_id, one.name.told_in(language)) for one in units if one.paired_with in line and not one.hidden
        ]

    def _why(self, choice: ChoiceView) -> str:
        return why(choice.source, choice.parts, choice.eligible, self._doors.rules.pairing.weights)

    def place(self, area: str) -> str:
        """Where it is, as people say it."""
        return place_name(self._doors.rules.areas, area)


def desk_routes(desk: Desk, doors: Doors, pages: Pages) -> APIRouter:
    """``/desk``, ``/legs/{leg_id}`` and ``/legs/{leg_id}/{verb}``."""
    router = APIRouter()

    @router.get("/desk")
    async def rows(
        request: Request, caller: CoordinatorCaller, cursor: After = None, area: str | None = None
    ) -> Response:
        return await desk.page(request, caller, cursor, area=area or None)

    @router.get("/legs/{leg_id}")
    async def leg(request: Request, leg_id: str, caller: CoordinatorCaller) -> Response:
        return await desk.leg(request, caller, leg_id)

    @router.get("/legs/{leg_id}/{verb}")
    async def decision_form(request: Request, leg_id: str, verb: str, caller: CoordinatorCaller) -> Response:
        if verb not in desk.verbs:
            raise NotFound
        return await desk.form(request, caller, leg_id, verb, Form.blank())

    @router.post("/legs/{leg_id}/{verb}")
    async def decide(request: Request, leg_id: str, verb: str, caller: CoordinatorCaller) -> Response:
        if verb not in desk.verbs:
            raise NotFound
        form = await posted(request)
        chosen = desk.verbs[verb]
        try:
            await doors.do(chosen.use_case, doors.decision(leg_id, caller, form.read(chosen.command, moments=MOMENTS)))
        except Conflict as refusal:  # it is no longer theirs to decide: say so over what they hold
            return await desk.page(request, caller, None, Form.blank().refused(refusal), status_of(refusal))
        except Refusal as refusal:
            return await desk.form(request, caller, leg_id, verb, form.refused(refusal), status_of(refusal))
        return redirect("/")

    return router
