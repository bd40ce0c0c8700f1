"""Which residents hear of a fact: who ordered, who joined, whom it is for, the other side of a mediation.

Intake's facts come in order: whoever is concerned by then hears them. Matcher's come on another stream, which may be
ahead or behind, so their own time decides, not when they are heard: who joined by ``at`` hears of it, if need be
as soon as the joining is heard. Only a leaving that is heard late cannot take back what was told.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.notifier.policies import kinds
from shared.contracts import intake, matcher
from shared.contracts.envelope import OrderEvent
from shared.contracts.words import NextStep, Part, Role

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when whoever ordered is concerned: no publisher's clock is earlier."""

_AS_NAMED: frozenset[type[OrderEvent]] = frozenset(
    {
        intake.OrderPlaced,
        intake.OrderAmended,
        intake.OrderCancelled,
        intake.OrderReopened,
        intake.OrderClosed,
        intake.OrderMerged,
        intake.PartyAnswered,
        intake.ClosingProposed,
        intake.ReviewReminded,
        matcher.OfferCountered,
        matcher.LegAssigned,
        matcher.LegHandedBack,
        matcher.LegTaken,
        matcher.OrderEscalated,
        matcher.OrderReferred,
        matcher.OrderReleased,
        matcher.ExtensionAsked,
        matcher.OrderExtended,
        matcher.OrderDone,
    }
)
"""What residents hear of under the fact's own name, unless ``_to_residents`` says otherwise."""

_TO_PARTIES: dict[type[OrderEvent], str] = {
    matcher.OrderDone: kinds.PARTY_ASKED,
    intake.OrderCancelled: kinds.MATTER_ENDED,
    intake.OrderClosed: kinds.MATTER_ENDED,
}
_BY_PART = {Part.PARTY: kinds.PARTY_NAMED, Part.PERSON: kinds.ORDERED_FOR_YOU}


class Hearing(NamedTuple):
    """A resident hears of one step; ``resident_id`` is the order's id for whoever ordered. ``assignment_id``: whose
    coming it tells of."""

    resident_id: str
    kind: str
    version: int
    assignment_id: str | None = None


class Stay(BaseModel):
    """Somebody is concerned from ``since``, and no longer from ``until`` on. ``part``: None for whoever ordered."""

    model_config = ConfigDict(frozen=True)

    resident_id: str
    part: Part | None
    since: AwareDatetime
    until: AwareDatetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether they are concerned at an instant."""
        return self.since <= at and (self.until is None or at < self.until)


class Told(BaseModel):
    """A fact of matcher's that residents heard of, for those whose joining is heard later."""

    model_config = ConfigDict(frozen=True)

    to_residents: str | None
    to_parties: str | None
    version: int
    at: AwareDatetime
    assignment_id: str | None = None

    def to(self, stay: Stay) -> tuple[Hearing, ...]:
        """What one of them hears of it."""
        kind = self.to_parties if stay.part is Part.PARTY else self.to_residents
        return (Hearing(stay.resident_id, kind, self.version, self.assignment_id),) if kind else ()


class Residents(BaseModel):
    """Who is and was concerned in one order besides volunteers, coordinators and departments.

    ``owner_left_at``: whoever ordered withdrew, and others stayed. ``reporters``: who reported a danger, by incident;
    ``answered``: the version by which one was seen to before its report was heard.
    """

    owner_left_at: AwareDatetime | None = None
    others: list[Stay] = Field(default_factory=list)
    told: list[Told] = Field(default_factory=list)
    reporters: dict[str, str] = Field(default_factory=dict)
    answered: dict[str, int] = Field(default_factory=dict)

    def hear(self, event: OrderEvent) -> tuple[Hearing, ...]:
        """Take a fact in; returns who hears of it, each once."""
        if isinstance(event, intake.ResidentJoined):
            return self._join(event)
        if isinstance(event, intake.ResidentLeft):
            return self._leave(event)
        if isinstance(event, intake.IncidentReported | matcher.IncidentAnswered):
            return self._reassure(event)
        step = told_by(event)
        if step is None:
            return ()
        if isinstance(event, matcher.DispatchEvent):
            self.told.append(step)
            return _each(step, [stay for stay in self._stays(event.order_id) if stay.covers(event.at)])
        return _each(step, [stay for stay in self._stays(event.order_id) if stay.until is None])

    def may_hear(self, event: OrderEvent) -> tuple[Hearing, ...]:
        """Who may have heard of a fact of matcher's, though they had left by its time: their leaving was behind."""
        step = told_by(event)
        if step is None or not isinstance(event, matcher.DispatchEvent):
            return ()
        return _each(step, [stay for stay in self._stays(event.order_id) if stay.since <= event.at])

    def _stays(self, order_id: str) -> list[Stay]:
        return [Stay(resident_id=order_id, part=None, since=ALWAYS, until=self.owner_left_at), *self.others]

    def _join(self, event: intake.ResidentJoined) -> tuple[Hearing, ...]:
        stay = Stay(resident_id=event.resident_id, part=event.part, since=event.joined_at)
        self.others.append(stay)
        missed = [heard for step in self.told if stay.covers(step.at) for heard in step.to(stay)]
        return (Hearing(event.resident_id, _BY_PART.get(event.part, event.name), event.version), *missed)

    def _reassure(self, event: intake.IncidentReported | matcher.IncidentAnswered) -> tuple[Hearing, ...]:
        """Whoever reported a danger, and nobody else, hears that it was seen to: it may be the other side they fear."""
        if isinstance(event, intake.IncidentReported):
            self.reporters[event.incident_id] = event.resident_id or event.order_id
        elif event.by is Role.RESIDENT:
            self.answered[event.incident_id] = event.version
        reporter, version = self.reporters.get(event.incident_id), self.answered.get(event.incident_id)
        if reporter is None or version is None:
            return ()
        return (Hearing(reporter, matcher.IncidentAnswered.name, version),)

    def _leave(self, event: intake.ResidentLeft) -> tuple[Hearing, ...]:
        if event.resident_id == event.order_id:
            self.owner_left_at = event.left_at
        self.others = [
            stay.model_copy(update={"until": event.left_at})
            if stay.resident_id == event.resident_id and stay.until is None
            else stay
            for stay in self.others
        ]
        return (Hearing(event.resident_id, event.name, event.version),)


def told_by(event: OrderEvent) -> Told | None:
    """What residents hear of a fact, None for one that is not theirs to hear of."""
    at = event.at if isinstance(event, matcher.DispatchEvent) else ALWAYS
    step = Told(
        to_residents=_to_residents(event),
        to_parties=_to_parties(event),
        version=event.version,
        at=at,
        assignment_id=event.assignment_id if isinstance(event, matcher.LegAssigned) else None,
    )
    return step if step.to_residents or step.to_parties else None


def _to_residents(event: OrderEvent) -> str | None:
    match event:
        case intake.OrderAmended() if event.by is not Role.COORDINATOR:
            return None  # they did it themselves
        case intake.OrderClosed() | intake.OrderPlaced() if special := _special(event):
            return special
        case matcher.LegAssigned() if event.next_step is not NextStep.START:
            return kinds.LEG_JOINED
        case matcher.OrderEscalated() if event.overdue_since:
            return kinds.ORDER_OVERDUE
        case matcher.ErrandAdvanced():
            return event.step.value
    return event.name if type(event) in _AS_NAMED else None


def _special(event: intake.OrderClosed | intake.OrderPlaced) -> str | None:
    """Words of their own for an order that was taken for spam, and for a part of another."""
    if isinstance(event, intake.OrderClosed):
        return kinds.TURNED_AWAY if event.turned_away else None
    return kinds.ORDER_SPLIT if event.split_from else None


def _to_parties(event: OrderEvent) -> str | None:
    """A party hears that it was named, when the time is settled, when it is served, and the end: never more."""
    if isinstance(event, intake.OrderAmended):
        return kinds.TIME_SETTLED if event.window else None
    return _TO_PARTIES.get(type(event))


def _each(step: Told, stays: list[Stay]) -> tuple[Hearing, ...]:
    return tuple(dict.fromkeys(heard for stay in stays for heard in step.to(stay)))
