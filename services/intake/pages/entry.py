"""Taking an order down for somebody on the phone, at the station or on a visit: one form, by keyboard alone."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.commands import Channel, Orderer, PlaceOrder
from services.intake.pages.desk.standing import CHANNELS
from services.intake.policies.acceptance import OrderInvalid
from services.intake.policies.entry import DayHours, When, quick_window, service_meant
from services.intake.use_cases.placing import KeyUsedForAnotherOrder
from shared.community.areas import GRID
from shared.community.definition import Community
from shared.contracts.refusal import FieldError, NotFound, Refusal
from shared.contracts.words import Urgency
from shared.identity.tokens import Caller
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader, gettext, msgid
from shared.web.templating import Pages, redirect
from shared.web.wording import WORDS, place_name

KEY, WHEN, SERVICE = "key", "when", "service"
_MOMENTS = ("window.from", "window.to")
_BUILDING = "building"
_LONGEST_KEY = 120
WHENS: Mapping[When, str] = {
    When.SOON: msgid("As soon as somebody can"),
    When.EVENING: msgid("This evening"),
    When.TOMORROW: msgid("Tomorrow"),
    When.WEEKEND: msgid("At the weekend"),
    When.OTHER: msgid("Another time"),
}
ORDERERS: Mapping[Orderer, str] = {
    Orderer.RESIDENT: msgid("A resident"),
    Orderer.SHOP: msgid("A shop"),
    Orderer.FIRM: msgid("A firm or office"),
}

Made = Annotated[str, Query(max_length=40)]
Kept = Annotated[str, Query(max_length=64)]


class Entry:
    """Shows the form for orders in a coordinator's area and reads it."""

    def __init__(self, doors: Doors, rules: Community, pages: Pages, hours: DayHours) -> None:
        self._doors = doors
        self._rules = rules
        self._pages = pages
        self._hours = hours

    def page(self, request: Request, caller: Caller, form: Form, status: int = 200, made: str = "") -> Response:
        """The form; ``made``: the number of the order that was taken down a moment ago."""
        channels = [(channel.value, gettext(CHANNELS[channel])) for channel in Channel if channel in _ENTERED]
        return self._pages.render(
            request,
            "entry.html",
            status=status,
            form=form,
            made=made,
            services=self._services(),
            places=[(code, place_name(self._rules.areas, code)) for code in self._places(caller.area or "")],
            whens=[(when.value, gettext(text)) for when, text in WHENS.items()],
            channels=channels,
            urgencies=[(urgency.value, WORDS["urgency_name"](urgency)) for urgency in Urgency],
            orderers=[(orderer.value, gettext(text)) for orderer, text in ORDERERS.items()],
        )

    def read(self, form: Form) -> PlaceOrder:
        """What the form asks for. Raises ``FormInvalid`` or ``OrderInvalid``."""
        when = When(form.value(WHEN)) if form.has(WHEN, form.value(WHEN)) and form.value(WHEN) in set(When) else None
        code = service_meant(form.value(SERVICE), self._services())
        faults = [FieldError("/service", _CHOOSE)] if code is None else []
        faults += [FieldError("/when", _SAY_WHEN)] if when is None else []
        if when is None or code is None:
            raise OrderInvalid(errors=faults)
        left_out = {KEY, WHEN, *(() if when is When.OTHER else _MOMENTS)}
        values = {name: texts for name, texts in form.values.items() if name not in left_out}
        groups = ("contact", "window") if when is When.OTHER else ("contact",)
        wish = replace(form, values={**values, SERVICE: (code,)}).read(PlaceOrder, moments=_MOMENTS, groups=groups)
        window = quick_window(when, self._rules.local(self._doors.clock.now()), self._hours) or wish.window
        return wish.model_copy(update={"window": window})

    def _services(self) -> list[dict[str, str]]:
        language = current_reader().language
        return [{"code": one.code, "name": one.name} for one in self._doors.views.catalogue(language)]

    def _places(self, area: str) -> list[str]:
        """Each grid of the area with its buildings; a coordinator below a grid has what is below them."""
        areas = self._rules.areas
        return [code for code in areas.below(area) if areas[code].kind in {GRID, _BUILDING}]


def entry_pages(doors: Doors, rules: Community, pages: Pages, hours: DayHours) -> APIRouter:
    """``/entry``, for coordinators."""
    router = APIRouter(include_in_schema=False)
    entry = Entry(doors, rules, pages, hours)
    coordinator: Any = Depends(doors.coordinator)

    @router.get("/entry")
    async def blank(
        request: Request, made: Made = "", channel: Kept = "", area: Kept = "", caller: Caller = coordinator
    ) -> Response:
        if made:
            try:
                await doors.order_within(made, caller)
            except NotFound:
                made = ""
        return entry.page(request, caller, _fresh(channel, area), made=made)

    @router.post("/entry")
    async def take_down(request: Request, caller: Caller = coordinator) -> Response:
        form = await posted(request)
        try:
            body = entry.read(form)
            placed = await doors.place(body, form.value(KEY)[:_LONGEST_KEY] or None, doors.recorder(body, caller))
        except KeyUsedForAnotherOrder as refusal:
            again = replace(form, values={**form.values, KEY: (secrets.token_urlsafe(16),)})
            return entry.page(request, caller, again.refused(refusal), 422)
        except OrderInvalid as refusal:
            return entry.page(request, caller, form.refused(_as_shown(refusal, form)), 422)
        except Refusal as refusal:
            return entry.page(request, caller, form.refused(refusal), status_of(refusal))
        # at the station the next person stands in the same place
        kept = f"&area={body.area}" if body.channel is Channel.STATION else ""
        return redirect(f"/entry?made={placed.reference}&channel={body.channel}{kept}")

    return router


def _fresh(channel: str, area: str) -> Form:
    values = {WHEN: When.SOON.value, "channel": channel or Channel.PHONE.value, "orderer": Orderer.RESIDENT.value}
    return Form.blank({**values, "area": area, KEY: secrets.token_urlsafe(16)})


def _as_shown(refused: OrderInvalid, form: Form) -> OrderInvalid:
    """What is wrong with a quick choice of when, said at the choice."""
    if form.value(WHEN) == When.OTHER:
        return refused
    errors = [
        replace(one, pointer="/when" if one.pointer.startswith("/window") else one.pointer) for one in refused.errors
    ]
    return OrderInvalid(refused.detail, values=refused.values, errors=errors)


_ENTERED = (Channel.PHONE, Channel.STATION, Channel.VISIT)
_CHOOSE = msgid("Choose a service of the list; type a part of its name")
_SAY_WHEN = msgid("Say when it suits them")
