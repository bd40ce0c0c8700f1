"""Who is involved in one order at present: asked, having answered, serving, or having served, by the facts so far.

Intake's and matcher's facts come on two streams. Each is in order, but either may be ahead of the other: after
an outage an order's end may be heard before the volunteer who served it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from services.notifier.policies.concerned import NOBODY, Amended, Asked, Concerned, Serving, Stopped
from services.notifier.policies.residents import Residents
from shared.contracts import intake, matcher
from shared.contracts.envelope import Event, OrderEvent
from shared.contracts.words import Outcome, Role, Urgency

RETURNED = "returned"
"""Why a coordinator holds an order that its department handed back, and so knows of it."""

GONE = frozenset({"departed", "suspended", "removed"})
"""Why an assignment came back when its volunteer left or was stopped: nothing reaches them that need not."""

UNASKED = frozenset({"window_changed", "suspended", "removed"})
"""Why an assignment came back without its volunteer's word: the resident's new time did not suit, or a coordinator
stopped them. They have to hear that it is not theirs any more; who left, or told of an illness, knows."""


class Involvement(BaseModel):
    """The people of one order. ``headcounts``: places of each leg. ``asked`` and ``answered`` (no, another time, or
    nothing until it ran out) are by offer, and wait to hear how it ends. A yes is still ``asked``: whether it has a
    place is only known once somebody has it. ``reported``: by incident, whoever served when a volunteer reported it.
    ``looking_since``: since when the resident waits for somebody, None while nobody is looked for.
    """

    urgency: Urgency | None = None
    looking_since: AwareDatetime | None = None
    headcounts: dict[str, int] = Field(default_factory=dict)
    asked: dict[str, Asked] = Field(default_factory=dict)
    answered: dict[str, Asked] = Field(default_factory=dict)
    serving: dict[str, Serving] = Field(default_factory=dict)
    served: list[str] = Field(default_factory=list)
    reported: dict[str, list[str]] = Field(default_factory=dict)
    residents: Residents = Field(default_factory=Residents)
    referred_to: str | None = None
    stopped: Stopped | None = None
    closed_version: int | None = None

    def hear(self, event: Event) -> Concerned:
        """Take a fact in; returns whom it concerns beside those it names."""
        if not isinstance(event, OrderEvent):
            return NOBODY
        heard = _HEARD.get(type(event))
        concerned = heard(self, event) if heard else NOBODY
        return replace(concerned, residents=self.residents.hear(event))

    def lacks(self, event: Event) -> bool:
        """Whether a fact is about a leg that intake's stream has not told of yet."""
        leg_id = event.after if isinstance(event, matcher.LegAdded) else getattr(event, "leg_id", None)
        return leg_id is not None and leg_id not in self.headcounts

    def _add_legs(self, event: intake.OrderPlaced | intake.OrderReopened) -> Concerned:
        self.headcounts |= {leg.leg_id: leg.headcount for leg in event.legs}
        if isinstance(event, intake.OrderPlaced):
            self.urgency, self.looking_since = event.urgency, None if event.review else event.placed_at
        else:
            self.looking_since = event.reopened_at
        return NOBODY

    def _amend(self, event: intake.OrderAmended) -> Concerned:
        """Whoever serves keeps it, if the new time suits them: matcher says when it does not."""
        self.urgency = event.urgency
        amended = Amended(version=event.version, at=event.amended_at)
        self.serving = {
            key: one
            if one.window == event.window
            else one.model_copy(update={"window": event.window, "amended": amended})
            for key, one in self.serving.items()
        }
        return NOBODY

    def _add_leg(self, event: matcher.LegAdded) -> Concerned:
        self.headcounts[event.leg_id] = event.headcount
        return NOBODY

    def _ask(self, event: matcher.OfferMade | matcher.LegRequested) -> Concerned:
        asked = Asked(offer_id=event.offer_id, volunteer_id=event.volunteer_id, version=event.version)
        if self.stopped is not None:  # made before matcher heard of it
            return Concerned(no_longer_asked=(asked,), stopped=self.stopped)
        self.answered.pop(event.offer_id, None)
        self.asked[event.offer_id] = asked
        return NOBODY

    def _answered(self, event: matcher.OfferDeclined | matcher.OfferCountered | matcher.OfferExpired) -> Concerned:
        if (asked := self.asked.pop(event.offer_id, None)) is not None:
            self.answered[event.offer_id] = asked
        return NOBODY

    def _assign(self, event: matcher.LegAssigned) -> Concerned:
        """The volunteer has a place; once the leg is fully staffed nobody else is needed for it."""
        mine = Serving(
            assignment_id=event.assignment_id,
            leg_id=event.leg_id,
            volunteer_id=event.volunteer_id,
            window=event.window,
        )
        self.looking_since = None
        if self.stopped is not None:
            return Concerned(no_longer_serving=(mine,), stopped=self.stopped)
        self._not_waiting(event.volunteer_id)
        others = tuple(one for one in self._on(event.leg_id) if one.assignment_id != event.assignment_id)
        places = self.headcounts[event.leg_id]
        released = others if len(others) >= places else ()
        for one in released:
            del self.serving[one.assignment_id]
        self.serving[event.assignment_id] = mine
        full = len(self._on(event.leg_id)) >= places
        if not full:
            return Concerned(no_longer_serving=released)
        return self._all_hear(Concerned(no_longer_serving=released, taken=True))

    def _start(self, event: matcher.LegStarted) -> Concerned:
        if (mine := self.serving.get(event.assignment_id)) is not None:
            self.serving[event.assignment_id] = mine.model_copy(update={"started": True})
        return NOBODY

    def _hand_back(self, event: matcher.LegHandedBack) -> Concerned:
        mine = self.serving.pop(event.assignment_id, None)
        if mine is None:
            return NOBODY
        if event.reason in GONE:
            self._not_waiting(mine.volunteer_id)
            self.served = [one for one in self.served if one != mine.volunteer_id]
        return Concerned(no_longer_serving=(mine,)) if event.reason in UNASKED else NOBODY

    def _complete(self, event: matcher.LegCompleted) -> Concerned:
        """Served by its volunteers, or (no volunteer named) settled by a coordinator over their heads."""
        team = self._free(event.leg_id)
        self.referred_to = None
        if event.volunteer_id is None:
            return self._all_hear(Concerned(no_longer_serving=team))
        told = set(self.served)
        self.served = list(dict.fromkeys([*self.served, *(one.volunteer_id for one in team), event.volunteer_id]))
        late = tuple(one for one in self.served if one not in told) if self.closed_version is not None else ()
        return self._all_hear(Concerned(served=late, closed_version=self.closed_version, taken=True))

    def _escalate(self, event: matcher.OrderEscalated) -> Concerned:
        """Who answered hears it once it has ended; a department whose time is over hears it now."""
        department, self.referred_to = self.referred_to, None
        self.looking_since = None
        overdue = None if event.reason == RETURNED else department
        return Concerned(self._ask_nobody(), no_longer_referred=overdue)

    def _refer(self, event: matcher.OrderReferred) -> Concerned:
        if self.stopped is not None:  # made before matcher heard of it
            return Concerned(no_longer_referred=event.department)
        team = self._free(event.leg_id)
        self.referred_to, self.looking_since = event.department, None
        return Concerned(self._ask_nobody(), no_longer_serving=team)

    def _take(self, event: matcher.LegTaken) -> Concerned:
        """A coordinator serves it in person; who answered hears it once it has ended."""
        self.looking_since = None
        return Concerned(self._ask_nobody(), no_longer_serving=self._free(event.leg_id))

    def _raise(self, event: matcher.IncidentRaised) -> Concerned:
        if event.by is Role.VOLUNTEER:
            serving = [one.volunteer_id for one in self.serving.values()]
            self.reported[event.incident_id] = list(dict.fromkeys([*serving, *self.served]))
        return NOBODY

    def _reassure(self, event: matcher.IncidentAnswered) -> Concerned:
        return Concerned(reported=tuple(self.reported.pop(event.incident_id, ())))

    def _stop(self, event: intake.OrderCancelled | intake.OrderMerged | intake.OrderClosed) -> Concerned:
        team = tuple(self.serving.values())
        department, self.referred_to = self.referred_to, None
        self.serving, self.stopped = {}, Stopped(kind=event.name, version=event.version)
        self.looking_since = None
        over = Concerned(no_longer_serving=team, no_longer_referred=department, stopped=self.stopped)
        return self._all_hear(over)

    def _close(self, event: intake.OrderClosed) -> Concerned:
        """Served, unless it ends as not fixed: that may be at any time, and nobody is needed any more."""
        self.closed_version = event.version
        over = self._stop(event) if event.outcome is Outcome.NOT_FIXED else NOBODY
        return replace(over, served=tuple(self.served), closed_version=event.version)

    def _free(self, leg_id: str) -> tuple[Serving, ...]:
        team = self._on(leg_id)
        for one in team:
            del self.serving[one.assignment_id]
        return team

    def _on(self, leg_id: str) -> tuple[Serving, ...]:
        return tuple(one for one in self.serving.values() if one.leg_id == leg_id)

    def _not_waiting(self, volunteer_id: str) -> None:
        """Somebody hears by other words how it ended for them."""
        self.asked = {key: one for key, one in self.asked.items() if one.volunteer_id != volunteer_id}
        self.answered = {key: one for key, one in self.answered.items() if one.volunteer_id != volunteer_id}

    def _all_hear(self, concerned: Concerned) -> Concerned:
        """Everybody who was asked and has no place hears of it now, and not again."""
        answered, self.answered = tuple(self.answered.values()), {}
        return replace(concerned, no_longer_asked=self._ask_nobody(), not_chosen=answered)

    def _ask_nobody(self) -> tuple[Asked, ...]:
        asked, self.asked = tuple(self.asked.values()), {}
        return asked


_HEARD: dict[type[Event], Callable[[Involvement, Any], Concerned]] = {
    intake.OrderPlaced: Involvement._add_legs,
    intake.OrderReopened: Involvement._add_legs,
    intake.OrderAmended: Involvement._amend,
    intake.OrderCancelled: Involvement._stop,
    intake.OrderMerged: Involvement._stop,
    intake.OrderClosed: Involvement._close,
    matcher.OfferMade: Involvement._ask,
    matcher.LegRequested: Involvement._ask,
    matcher.OfferDeclined: Involvement._answered,
    matcher.OfferCountered: Involvement._answered,
    matcher.OfferExpired: Involvement._answered,
    matcher.LegAssigned: Involvement._assign,
    matcher.LegStarted: Involvement._start,
    matcher.LegHandedBack: Involvement._hand_back,
    matcher.LegCompleted: Involvement._complete,
    matcher.OrderEscalated: Involvement._escalate,
    matcher.OrderReferred: Involvement._refer,
    matcher.LegAdded: Involvement._add_leg,
    matcher.LegTaken: Involvement._take,
    matcher.IncidentRaised: Involvement._raise,
    matcher.IncidentAnswered: Involvement._reassure,
}
