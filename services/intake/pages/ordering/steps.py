"""The pages of an order in turn, what each of them asks, and what a page carries of the others' answers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum

from services.intake.pages.ordering.joining import ANOTHER
from shared.web.forms import Form
from shared.web.i18n import msgid


class Step(StrEnum):
    """One page, one thing."""

    WHAT = "what"
    WHERE = "where"
    WHEN = "when"
    WHO = "who"
    CHECK = "check"


NAMES: Mapping[Step, str] = {
    Step.WHAT: msgid("What"),
    Step.WHERE: msgid("Where"),
    Step.WHEN: msgid("When"),
    Step.WHO: msgid("Who"),
    Step.CHECK: msgid("Check"),
}

STEP, TO, ON = "step", "to", "on"
"""Which page a form was; which page is wanted instead of an answer, ``ON`` for the first that has none. A form that is
no page of the way is the whole order."""
KEY = "key"
"""The hidden one-time key: a form that is sent twice places one order."""
PLACE, WHEN, APPOINTMENT, WARNED = "in", "when", "window", "warned"
"""The community whose places are shown; the quick choice of a time; both ends of an appointment in one, as ISO 8601
writes an interval; whether the numbers to call in danger were shown."""
MOMENTS = ("window.from", "window.to")

ASKED: Mapping[Step, tuple[str, ...]] = {
    Step.WHAT: ("details",),
    Step.WHERE: ("area",),
    Step.WHEN: (WHEN, APPOINTMENT, *MOMENTS, "urgency"),
    Step.WHO: (
        "contact.phone",
        "contact.name",
        "contact.organisation",
        "person.name",
        "person.phone",
        "consent.person",
        "orderer",
        "party.name",
        "party.phone",
        "own_building",
    ),
    Step.CHECK: ("details",),
}
_CARRIED = (KEY, WARNED, ANOTHER, *(name for step, names in ASKED.items() if step is not Step.CHECK for name in names))
_ANSWERED_BY = ((Step.WHERE, ("area",)), (Step.WHEN, (WHEN, APPOINTMENT, MOMENTS[0])), (Step.WHO, ("contact.phone",)))
_ABOUT = {"area": Step.WHERE, "when": Step.WHEN, "window": Step.WHEN, "urgency": Step.WHEN, "details": Step.CHECK}
"""Which page a fault belongs to, by the first part of its field; of any other field it is who."""


def keyed(form: Form) -> Form:
    """The same form with a one-time key, a new one where it has none."""
    return form if form.value(KEY) else with_new_key(form)


def with_new_key(form: Form) -> Form:
    """The same form as an order of its own."""
    return replace(form, values={**form.values, KEY: (secrets.token_urlsafe(16),)})


def carried(form: Form, step: Step) -> list[tuple[str, str]]:
    """What was answered elsewhere, for the hidden fields of a page."""
    return [(name, form.value(name)) for name in _CARRIED if name not in ASKED[step] and form.value(name)]


def everything(form: Form) -> list[tuple[str, str]]:
    """All that is known of the order, for a form that asks nothing."""
    return [(name, form.value(name)) for name in _CARRIED if form.value(name)]


def answered(form: Form) -> Step | None:
    """Which page this form was; None for the whole order."""
    return Step(form.value(STEP)) if form.value(STEP) in list(Step) else None


def wanted(form: Form) -> Step | None:
    """Which page is asked for instead of an answer."""
    if form.value(TO) == ON:
        return next_step(form)
    return Step(form.value(TO)) if form.value(TO) in list(Step) else None


def next_step(form: Form) -> Step:
    """The first page without an answer."""
    return next((step for step, names in _ANSWERED_BY if not any(map(form.value, names))), Step.CHECK)


def faulty_step(form: Form) -> Step:
    """The first page with a fault; what is about no field is said before the order is sent."""
    order = list(Step)
    return min(_places_of_faults(form), key=order.index, default=Step.CHECK)


def _places_of_faults(form: Form) -> Iterator[Step]:
    for fault in form.faults:
        if fault.name:
            yield _ABOUT.get(fault.name.split(".")[0], Step.WHO)
