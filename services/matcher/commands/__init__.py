"""What volunteers and coordinators ask of matcher. The API's request bodies, unknown fields refused."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from services.matcher.commands.words import Command as Command
from services.matcher.commands.words import Words as Words
from shared.community.hours import WeekHours
from shared.community.roster_columns import LARGEST_BUDGET, LARGEST_CAPACITY
from shared.community.text import Code
from shared.contracts.words import ErrandStep, Window

MOST_MINUTES = 24 * 60
MOST_ABSENCES = 50
MOST_PHOTOS = 50
"""Names of photos in one body; how many there can be is a setting."""
PhotoId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class AcceptOffer(Command):
    """Say yes to an offer."""


class CounterOffer(Command):
    """ "Not now, but then": the time in which the volunteer could come, at most a day long."""

    from_: AwareDatetime = Field(alias="from")
    to: AwareDatetime

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.to <= self.from_:
            raise ValueError("the window must end after it starts")
        return self

    @property
    def window(self) -> Window:
        """The proposed time."""
        return Window(from_=self.from_, to=self.to)


class TakeLeg(Command):
    """Ask for an open leg of the pool."""


class NameMember(Command):
    """The secretary of a unit names a member for a leg; the member may refuse."""

    volunteer: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class CallUpUnit(Command):
    """A coordinator asks a unit to name a member."""

    unit: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ExcludeVolunteer(Command):
    """A coordinator keeps a volunteer away from an order (回避)."""

    volunteer: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class StartLeg(Command):
    """Set out to serve what was accepted."""


class DeclineOffer(Command):
    """Say no to an offer; nobody has to say why, and only the pairing learns it."""

    reason: Words | None = None


class CompleteLeg(Command):
    """The leg was served. ``minutes`` it took, else those since the start. ``confidential_note``: what a mediator keeps
    for themselves, apart from the report. ``photos``: the ids of those that were sent for this assignment before.
    """

    report: Words
    confidential_note: Words | None = None
    minutes: int | None = Field(default=None, ge=1, le=MOST_MINUTES)
    photos: Annotated[tuple[PhotoId, ...], Field(max_length=MOST_PHOTOS)] = ()


class HandBackLeg(Command):
    """Give an assignment back; ``reason`` is a listed word or free words."""

    reason: Words


class AssignLeg(Command):
    """A coordinator gives a leg to a volunteer by name (their id)."""

    volunteer: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ResolveLeg(Command):
    """A coordinator served or settled a leg in person."""

    report: Words


class TakeInPerson(Command):
    """A coordinator serves a leg in person."""


class ExtendReferral(Command):
    """A department needs until ``until``; the resident is asked. ``reason`` stays with the coordinators."""

    until: AwareDatetime
    reason: Words


class ExtendLeg(ExtendReferral):
    """A coordinator needs until ``until``. ``agreed``: the resident said yes by word of mouth already."""

    agreed: bool = False


class SetStandIn(Command):
    """From then until then ``coordinator`` acts for the coordinator of ``area`` (mine, unless it is given)."""

    area: Code | None = None
    coordinator: Code
    from_: AwareDatetime = Field(alias="from")
    to: AwareDatetime


class ShowRecommended(Command):
    """A coordinator asks whom they could give a leg to."""


class ReleaseLeg(Command):
    """A coordinator has looked at an order that was held: volunteers may be asked."""


class EscalateLeg(Command):
    """A coordinator passes an order up one tier."""

    reason: Words


class ReferLeg(Command):
    """A coordinator refers a leg to a department, a property firm or a merchant, by its code."""

    department: Code
    note: Words | None = None


class ReturnReason(StrEnum):
    """Why a department hands a referral back: its short list."""

    NOT_OURS = "not_ours"
    TOO_LITTLE_KNOWN = "too_little_known"
    OTHERS_FIRST = "others_first"
    NO_MEANS = "no_means"
    OTHER = "other"


class ReturnReferral(Command):
    """A department hands a referral back, with a reason from its short list."""

    reason: ReturnReason
    note: Words | None = None


class AdvanceErrand(Command):
    """A counter says how far an errand has come; it goes forward only."""

    step: ErrandStep


class AddLeg(Command):
    """A coordinator adds a further leg, for a post or for a department."""

    post: Code | None = None
    department: Code | None = None
    headcount: int = Field(default=1, ge=1, le=20)


class SetAvailability(Command):
    """A volunteer says when they have time and how much they take on; what is not said stays as it is.

    ``hours``: 42 hex digits or a plan. ``capacity``: assignments held at a time. ``daily_offers``: so often they may be
    asked in a day. ``urgent_at_work``: whether urgent orders may reach them at work.
    """

    hours: WeekHours | None = None
    capacity: int | None = Field(default=None, ge=1, le=LARGEST_CAPACITY)
    daily_offers: int | None = Field(default=None, ge=1, le=LARGEST_BUDGET)
    urgent_at_work: bool | None = None


class SetDuty(Command):
    """The on-duty switch: it wins over the hours until it is turned off."""

    on_duty: bool


class SetAbsences(Command):
    """When a volunteer is away; the list replaces the one before."""

    absences: Annotated[tuple[Window, ...], Field(max_length=MOST_ABSENCES)]


class Register(Command):
    """Where a volunteer is registered (双报到): at home, and with a unit; what they work as."""

    home: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    unit: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    profession: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


class VetClaim(Command):
    """A coordinator has looked at who claims a post that needs vetting."""

    approve: bool
