"""The ladder (逐级上报): who holds what no volunteer holds, and the clocks that move an order up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.community.calling import CallClocks
from shared.community.hours import WeekHours
from shared.community.text import Code, Text
from shared.contracts.words import Urgency


class Tier(BaseModel):
    """A kind of area that has coordinators, and what they are called there unless they say otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Code
    title: Text


class Coordinator(BaseModel):
    """Who answers for one area and all below it (负责人)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coordinator_id: Code
    area: Code
    title: Text


class Ladder(BaseModel):
    """Tiers from bottom to top and one coordinator for each area of those kinds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tiers: tuple[Tier, ...]
    coordinators: tuple[Coordinator, ...]

    @cached_property
    def by_area(self) -> Mapping[str, Coordinator]:
        """The coordinator of each area that has one."""
        return {coordinator.area: coordinator for coordinator in self.coordinators}

    @cached_property
    def by_id(self) -> Mapping[str, Coordinator]:
        """Coordinators by their id."""
        return {coordinator.coordinator_id: coordinator for coordinator in self.coordinators}


class UrgencyClocks(BaseModel):
    """The clocks of one urgency, in minutes of domain time.

    ``dispatch``: from placed until someone has it. ``offer``: the life of an offer. ``service``: from
    assigned until served where the order has no window. ``tier``: a coordinator's time to decide before the
    order climbs. ``draw``: from the first yes until the best one wins; 0: the first yes wins. ``call_up``: how long
    the units paired with the area may name a member before a coordinator holds the order; 0: they are not asked.
    ``lead``: an order for a time far ahead may wait for people until so long before it begins; 0: no longer than any
    other. ``hours``: the hours of the week in which the dispatch clock and the tier clock run; always without.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dispatch_minutes: int = Field(ge=1)
    offer_minutes: int = Field(ge=1)
    service_minutes: int = Field(ge=1)
    tier_minutes: int = Field(ge=1)
    draw_minutes: int = Field(default=0, ge=0)
    call_up_minutes: int = Field(default=0, ge=0)
    lead_minutes: int = Field(default=0, ge=0)
    hours: WeekHours | None = None

    @field_validator("hours")
    @classmethod
    def _runs_at_some_time(cls, hours: WeekHours | None) -> WeekHours | None:
        if hours is not None and not len(hours):
            raise ValueError("a clock must run at some hour")
        return hours

    @property
    def dispatch(self) -> timedelta:
        """From placed until someone has it."""
        return timedelta(minutes=self.dispatch_minutes)

    @property
    def offer(self) -> timedelta:
        """The life of an offer."""
        return timedelta(minutes=self.offer_minutes)

    @property
    def service(self) -> timedelta:
        """From assigned until served, where the order has no window."""
        return timedelta(minutes=self.service_minutes)

    @property
    def tier(self) -> timedelta:
        """A coordinator's time to decide before the order climbs."""
        return timedelta(minutes=self.tier_minutes)

    @property
    def draw(self) -> timedelta:
        """From the first yes until the best one wins."""
        return timedelta(minutes=self.draw_minutes)

    @property
    def call_up(self) -> timedelta:
        """How long units may name a member before a coordinator holds the order."""
        return timedelta(minutes=self.call_up_minutes)

    @property
    def lead(self) -> timedelta:
        """How long before its window an order that was placed early still waits for people."""
        return timedelta(minutes=self.lead_minutes)


class Clocks(BaseModel):
    """The clocks of every urgency, and those that are the same for all, in minutes.

    ``review``: the time a resident has for the review after ``done``. ``review_reminders``: when they are reminded of
    it, counted from ``done``, ascending; without, after a third and after two thirds of that time. ``calls``: how those
    are reached who read no messages. ``overdue``: how often an order that is late at the top of the ladder is flagged
    again. ``incident``: a coordinator's time to see to a danger before it comes before the next above.
    ``longest_extension``: how far ahead more time may be asked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    urgent: UrgencyClocks
    normal: UrgencyClocks
    flexible: UrgencyClocks
    review_minutes: int = Field(ge=1)
    review_reminders_minutes: tuple[int, ...] | None = Field(default=None, min_length=1)
    calls: CallClocks = CallClocks()
    overdue_minutes: int = Field(default=24 * 60, ge=1)
    incident_minutes: int = Field(default=15, ge=1)
    longest_extension_minutes: int = Field(default=14 * 24 * 60, ge=1)

    @model_validator(mode="after")
    def _reminds_before_the_review_is_due(self) -> Self:
        moments = (0, *(self.review_reminders_minutes or ()), self.review_minutes)
        if self.review_reminders_minutes and any(later <= earlier for earlier, later in pairwise(moments)):
            raise ValueError("the reminders of a review ascend and come before it is due")
        return self

    def of(self, urgency: Urgency) -> UrgencyClocks:
        """The clocks of one urgency."""
        return {Urgency.URGENT: self.urgent, Urgency.NORMAL: self.normal, Urgency.FLEXIBLE: self.flexible}[urgency]

    @property
    def review(self) -> timedelta:
        """From done until the review is due."""
        return timedelta(minutes=self.review_minutes)

    @property
    def review_reminders(self) -> tuple[timedelta, ...]:
        """From done until each reminder of the review."""
        if self.review_reminders_minutes is None:
            return (self.review / 3, self.review * 2 / 3)
        return tuple(timedelta(minutes=minutes) for minutes in self.review_reminders_minutes)

    @property
    def incident(self) -> timedelta:
        """From the report of a danger, or its coming before somebody else, until a coordinator has seen to it."""
        return timedelta(minutes=self.incident_minutes)

    @property
    def overdue(self) -> timedelta:
        """From one flag to the next where nobody is above."""
        return timedelta(minutes=self.overdue_minutes)

    @property
    def longest_extension(self) -> timedelta:
        """How far ahead more time may be asked for."""
        return timedelta(minutes=self.longest_extension_minutes)
