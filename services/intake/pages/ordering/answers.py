"""What the pages of an order were answered, judged page by page, and the order they come to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from services.intake.access import Doors
from services.intake.commands import Command, PlaceOrder
from services.intake.pages.entry import WHENS
from services.intake.pages.ordering.joining import ANOTHER, JOIN
from services.intake.pages.ordering.parties import PlaceBetween
from services.intake.pages.ordering.steps import (
    APPOINTMENT,
    KEY,
    MOMENTS,
    PLACE,
    STEP,
    TO,
    WARNED,
    WHEN,
    Step,
)
from services.intake.policies.acceptance import OrderInvalid, window_errors
from services.intake.policies.appointments import appointments
from services.intake.policies.entry import DayHours, When, quick_window
from services.intake.use_cases.new_orders import asked
from shared.community.catalogue import Service
from shared.community.definition import Community
from shared.contracts.refusal import FieldError, NotFound
from shared.contracts.words import Urgency, Window
from shared.web.dates import period
from shared.web.forms import Form
from shared.web.i18n import gettext, msgid

AT_ONCE, ANY_DAY = "urgent", "any"
"""The two answers to "when" that say how soon, and no time."""
HOW_SOON = {AT_ONCE: Urgency.URGENT, ANY_DAY: Urgency.FLEXIBLE}
SAID: Mapping[str, str] = {
    **{choice.value: said for choice, said in WHENS.items()},
    AT_ONCE: msgid("At once: it is urgent"),
    ANY_DAY: msgid("It can wait, any day is right"),
}
"""Every answer to "when", as people say it."""

_BETWEEN = "/"
_CONTROLS = frozenset({KEY, STEP, TO, PLACE, WHEN, APPOINTMENT, WARNED, JOIN, ANOTHER})
"""What the form sends besides the order itself."""


class _Times(Command):
    window: Window


class Answers:
    """Reads the forms of one community. Every verb raises a refusal that names the fields."""

    def __init__(self, doors: Doors, rules: Community, hours: DayHours) -> None:
        self._doors = doors
        self._rules = rules
        self._hours = hours

    def settled(self, step: Step, form: Form, service: Service) -> Form:
        """The form once a page was answered. Raises ``OrderInvalid``, ``FormInvalid``, ``ComeInPerson``."""
        match step:
            case Step.WHERE:
                self._where(form)
            case Step.WHEN:
                return self._when(form, service)
            case Step.WHO:
                order = asked(self.order(form, service), None, None, "")
                self._doors.use_cases.placing.judge(order, self._doors.clock.now())
        return form

    def order(self, form: Form, service: Service) -> PlaceOrder:
        """The order all answers come to. Who gives no name is called a resident: the number is enough to reach them."""
        values = {name: texts for name, texts in named(form).values.items() if name not in _CONTROLS}
        if chosen := form.value(APPOINTMENT):
            values |= _both_ends(*chosen.partition(_BETWEEN)[::2])
        wish = replace(form, values={**values, "service": (service.code,)})
        return wish.read(PlaceBetween, moments=MOMENTS, groups=("contact",)).order(self.grid(form) or "")

    def grid(self, form: Form) -> str | None:
        """The grid of the place that was chosen, if it is one in a grid."""
        area = form.value("area")
        return self._rules.areas.grid_of(area) if area in self._rules.areas else None

    def window(self, form: Form) -> Window | None:
        """The time that was chosen, if one was. Raises ``FormInvalid``."""
        if chosen := form.value(APPOINTMENT):
            form = replace(form, values={**form.values, **_both_ends(*chosen.partition(_BETWEEN)[::2])})
        if not any(map(form.value, MOMENTS)):
            return None
        return _only(form, MOMENTS).read(_Times, moments=MOMENTS, groups=("window",)).window

    def quick(self, choice: When) -> Window | None:
        """The window that a quick answer means at this moment."""
        return quick_window(choice, self._rules.local(self._doors.clock.now()), self._hours)

    def appointments(self, form: Form, service: Service) -> list[tuple[str, str]]:
        """When somebody could come to the counter, as choices; none where they need not, or it is not said where."""
        grid = self.grid(form)
        times = appointments(self._rules, service, grid, self._doors.clock.now()) if grid else []
        return [(f"{one.from_.isoformat()}{_BETWEEN}{one.to.isoformat()}", period(one.from_, one.to)) for one in times]

    def _where(self, form: Form) -> None:
        if not form.value("area"):
            raise OrderInvalid(errors=[FieldError("/area", _SAY_WHERE)])
        if self.grid(form) is None:
            raise NotFound  # no place of ours, or none that an order can name: no page offers it

    def _when(self, form: Form, service: Service) -> Form:
        """A quick answer becomes the time it means now: sent again later, it is the same order."""
        if self.appointments(form, service):
            return self._at_the_counter(form)
        chosen = form.value(WHEN)
        blank = dict.fromkeys((*MOMENTS, APPOINTMENT, "urgency"), ("",))
        if chosen in HOW_SOON:
            return replace(form, values={**form.values, **blank, "urgency": (HOW_SOON[chosen].value,)})
        if chosen not in set(When):
            raise OrderInvalid(errors=[FieldError("/when", _SAY_WHEN)])
        if chosen == When.OTHER:
            return self._in_their_words(replace(form, values={**form.values, "urgency": ("",)}))
        window = self.quick(When(chosen))
        ends = _both_ends(window.from_.isoformat(), window.to.isoformat()) if window else {}
        return replace(form, values={**form.values, **blank, **ends})

    def _at_the_counter(self, form: Form) -> Form:
        if not form.value(APPOINTMENT):
            raise OrderInvalid(errors=[FieldError("/window", _SAY_WHEN)])
        self.window(form)
        return form

    def _in_their_words(self, form: Form) -> Form:
        window = _only(form, MOMENTS).read(_Times, moments=MOMENTS, groups=("window",)).window
        if errors := window_errors(window, self._doors.clock.now()):
            raise OrderInvalid(errors=errors)
        return form


def named(form: Form) -> Form:
    """The form with what we call somebody who left their name out."""
    if form.value("contact.name").strip():
        return form
    return replace(form, values={**form.values, "contact.name": (gettext(_RESIDENT),)})


def _both_ends(begins: str, ends: str) -> dict[str, tuple[str, ...]]:
    return {MOMENTS[0]: (begins,), MOMENTS[1]: (ends,)}


def _only(form: Form, names: Collection[str]) -> Form:
    return replace(form, values={name: texts for name, texts in form.values.items() if name in names})


_RESIDENT = msgid("A resident")
_SAY_WHERE = msgid("Choose where it is")
_SAY_WHEN = msgid("Choose when it suits you")
