"""What residents order and when, and what they say in the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from deploy.simulate.behaviour import Assumptions
from deploy.simulate.dice import Dice
from shared.community.catalogue import Service
from shared.community.definition import Community
from shared.contracts.words import Outcome, ServedBy, Urgency, Window

SATURDAY = 5
HOUR = timedelta(hours=1)
LASTS = timedelta(hours=2)
"""The length of a window."""
RATINGS = {Outcome.FIXED: 5, Outcome.PARTLY: 3, Outcome.NOT_FIXED: 1}


@dataclass(frozen=True)
class Wish:
    """An order somebody will place. ``returning``: by whoever placed the grid's last order of the same service."""

    number: int
    at: datetime
    service: Service
    grid: str
    urgency: Urgency
    window: Window | None
    headcount: int
    returning: bool


@dataclass(frozen=True)
class Verdict:
    """What a resident says of a served order, and when."""

    at: datetime
    outcome: Outcome

    @property
    def rating(self) -> int | None:
        """1 to 5, None where there was no reply."""
        return RATINGS.get(self.outcome)


class Residents:
    """The residents of one community; the same for every policy."""

    def __init__(self, rules: Community, assumed: Assumptions, dice: Dice) -> None:
        self._rules = rules
        self._assumed = assumed
        self._dice = dice
        self._grids = [area.code for area in rules.areas.of_kind("grid")]
        self._services = [service for service in rules.services if service.served_by is ServedBy.POST]
        self._weights = [assumed.services.get(one.code, assumed.other_service) for one in self._services]

    def wishes(self, begin: datetime, days: int, a_day: float) -> list[Wish]:
        """The orders of so many days from ``begin`` (local midnight), ``a_day`` on average over a week."""
        times = (at for day in range(days) for at in self._times(begin + timedelta(days=day), a_day))
        return [self._wish(number, at) for number, at in enumerate(times, start=1)]

    def verdict(self, order: str, attempt: int, done_at: datetime, due_at: datetime) -> Verdict:
        """What the resident says of an attempt to serve the order; without a reply it closes when the review is due."""
        dice, assumed = self._dice.about("verdict", order, attempt), self._assumed
        at = done_at + self._dice.minutes(assumed.review_hours * 60, 1.0, "review", order, attempt)
        if dice.random() >= assumed.reviews or at >= due_at:
            return Verdict(due_at, Outcome.NO_REPLY)
        if attempt == 1 and dice.random() < assumed.not_fixed:
            return Verdict(at, Outcome.NOT_FIXED)
        return Verdict(at, Outcome.FIXED if dice.random() < assumed.content else Outcome.PARTLY)

    def _times(self, midnight: datetime, a_day: float) -> Iterator[datetime]:
        weekend = self._assumed.weekend
        weekday = 7 / (5 + 2 * weekend)
        share = weekday * (weekend if self._rules.local(midnight).weekday() >= SATURDAY else 1.0)
        for hour, weight in enumerate(self._assumed.day):
            rate = a_day * share * weight / sum(self._assumed.day)
            dice = self._dice.about("arrivals", midnight.isoformat(), hour)
            passed = dice.expovariate(rate) if rate else 1.0
            while passed < 1.0:
                yield midnight + HOUR * (hour + passed)
                passed += dice.expovariate(rate)

    def _wish(self, number: int, at: datetime) -> Wish:
        dice, assumed = self._dice.about("wish", number), self._assumed
        (service,) = dice.choices(self._services, self._weights)
        urgency = service.urgency
        if urgency is Urgency.NORMAL and dice.random() < assumed.called_urgent:
            urgency = Urgency.URGENT
        timed = urgency is not Urgency.URGENT and dice.random() < assumed.with_window
        return Wish(
            number=number,
            at=at,
            service=service,
            grid=dice.choice(self._grids),
            urgency=urgency,
            window=self._window(dice, at) if timed else None,
            headcount=service.headcount,
            returning=dice.random() < assumed.returning,
        )

    def _window(self, dice: Random, at: datetime) -> Window:
        day = self._rules.local(at) + timedelta(days=dice.randint(*self._assumed.days_ahead))
        hour = 19 if dice.random() < self._assumed.evening else dice.randint(9, 16)
        begins = day.replace(hour=hour, minute=0, second=0, microsecond=0)
        return Window(from_=begins, to=begins + LASTS)
