"""What volunteers answer, and how they serve what they have."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from deploy.simulate.behaviour import Assumptions
from deploy.simulate.dice import Dice
from deploy.simulate.residents import Wish
from shared.community.definition import Community
from shared.community.hours import VolunteerKind
from shared.community.roster import RosterRow
from shared.contracts.words import Urgency, Window

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
MOST = 0.98
"""Nobody is surer than this to say yes."""
HALF_LIFE_DAYS = 2.0


@dataclass(frozen=True)
class Question:
    """What somebody is asked to do."""

    volunteer_id: str
    order_id: str
    wish: Wish


class Says(StrEnum):
    """An answer to an offer."""

    YES = "yes"
    NO = "no"
    ANOTHER_TIME = "another_time"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Answer:
    """What somebody says to an offer, and when; ``window``: the other time."""

    says: Says
    at: datetime
    window: Window | None = None


@dataclass(frozen=True)
class Service:
    """How an assignment goes: started (None: never), and given back or served after that. Exactly one of ``starts``,
    ``returned`` is a time, or neither.
    """

    starts: datetime | None = None
    lasts: timedelta = timedelta()
    returned: datetime | None = None


@dataclass
class Person:
    """One volunteer. ``bits``: the free hours of a week; ``willing``: their own mean of saying yes."""

    row: RosterRow
    bits: int
    willing: float
    asks: float = 0.0
    asked_at: datetime | None = None

    def recent_asks(self, now: datetime) -> float:
        """Asks so far, each counting half as much after every half-life."""
        if self.asked_at is None:
            return 0.0
        days = (now - self.asked_at) / timedelta(days=1)
        return float(self.asks * 0.5 ** (days / HALF_LIFE_DAYS))

    def ask(self, now: datetime) -> None:
        """One more ask."""
        self.asks, self.asked_at = self.recent_asks(now) + 1, now


class Volunteers:
    """The volunteers of one roster. Asks tire them, so that an answer depends on what was asked before."""

    def __init__(self, rules: Community, rows: Iterable[RosterRow], assumed: Assumptions, dice: Dice) -> None:
        self._rules = rules
        self._assumed = assumed
        self._dice = dice
        self.people = {row.volunteer_id: self._person(row) for row in rows}

    def answer(self, asked: Question, now: datetime) -> Answer:
        """What the person who was asked says. ``now``: when they were asked."""
        assumed, person = self._assumed, self.people[asked.volunteer_id]
        says = self._says(person, asked, now)
        person.ask(now)
        takes = self._dice.minutes(assumed.reply[asked.wish.urgency], assumed.reply_spread, "reply", *_pair(asked))
        at = self._looks_at(person, asked, now) + takes
        return Answer(says, at, self._another_time(person, at) if says is Says.ANOTHER_TIME else None)

    def answer_to_secretary(self, asked: Question, now: datetime) -> Answer:
        """What a member says whom their unit's secretary named, having talked to them."""
        takes = self._dice.minutes(self._assumed.reply[asked.wish.urgency], 0.5, "named", *_pair(asked))
        refuses = self._dice.share("refuses", *_pair(asked)) < self._assumed.refuses_call_up
        return Answer(Says.NO if refuses else Says.YES, now + takes)

    def pool_looks(self, midnight: datetime) -> list[tuple[datetime, str]]:
        """Who looks at the pool on a day, and when: in an hour of their own."""
        looks = []
        for volunteer_id, person in self.people.items():
            dice = self._dice.about("pool", midnight.isoformat(), volunteer_id)
            at = midnight + timedelta(days=1) * dice.uniform(7 / 24, 22 / 24)
            if dice.random() < self._assumed.looks_at_pool and self.is_free_at(person, at):
                looks.append((at, volunteer_id))
        return looks

    def asks_for(self, seen: Question, now: datetime) -> bool:
        """Whether somebody who looks at the pool asks for the leg on top."""
        chance = self._chance_of_yes(self.people[seen.volunteer_id], seen, now) * self._assumed.takes_from_pool
        return self._dice.share("takes", *_pair(seen)) < chance

    def _says(self, person: Person, asked: Question, now: datetime) -> Says:
        """One fall of the dice decides whether there is an answer, another which."""
        assumed, dice = self._assumed, self._dice.about("answer", *_pair(asked))
        tired = max(0.0, person.recent_asks(now) - assumed.rested)
        if dice.random() >= (1 - assumed.silent) * math.exp(-assumed.tiring * tired):
            return Says.NOTHING
        fall, yes = dice.random(), self._chance_of_yes(person, asked, now)
        if fall < yes:
            return Says.YES
        counters = 0.0 if asked.wish.urgency is Urgency.URGENT else assumed.counters / (1 - assumed.silent)
        return Says.ANOTHER_TIME if fall >= 1 - counters * (1 - yes) else Says.NO

    def _chance_of_yes(self, person: Person, asked: Question, now: datetime) -> float:
        """Of somebody who answers: their own mean, its odds changed by haste, hour, distance and their own hours."""
        assumed = self._assumed
        own = min(person.willing / (1 - assumed.silent), MOST)
        hour = self._rules.local(self._looks_at(person, asked, now)).hour
        odds = own / (1 - own) * assumed.haste[asked.wish.urgency] * assumed.mood[hour]
        odds *= assumed.each_step ** self._rules.areas.distance(person.row.home, asked.wish.grid)
        if not self._has_time(person, asked.wish):
            odds *= assumed.not_free
        return odds / (1 + odds)

    def _looks_at(self, person: Person, asked: Question, now: datetime) -> datetime:
        """When somebody sees that they were asked: at once in their own hours, else most of them when free again."""
        at_work = asked.wish.urgency is Urgency.URGENT and bool(person.row.urgent_at_work)
        if at_work or self.is_free_at(person, now):
            return now
        looks = self._dice.share("looks", *_pair(asked)) < self._assumed.looks_at_work
        return now if looks else self._free_from(person, now)

    def _another_time(self, person: Person, at: datetime) -> Window:
        """An hour of theirs that begins in four hours or later."""
        begins = self._free_from(person, at + 4 * HOUR)
        return Window(from_=begins, to=begins + HOUR)

    def service(self, given: Question, window: Window | None, now: datetime) -> Service:
        """How somebody serves what they have."""
        assumed, about, urgency = self._assumed, ("serve", *_pair(given)), given.wish.urgency
        fall, person = self._dice.share(*about), self.people[given.volunteer_id]
        duration = timedelta(minutes=given.wish.service.duration_minutes)
        wait = self._dice.minutes(assumed.sets_out[urgency], assumed.sets_out_spread, "sets out", *about)
        if fall < assumed.hands_back:
            return Service(returned=now + wait / 2)
        if fall < assumed.hands_back + assumed.no_show:
            return Service()
        lasts = duration * self._dice.about("lasts", *about).lognormvariate(0.0, assumed.serving_spread)
        if window is not None:
            return Service(max(window.from_, now), lasts)
        starts = now + wait
        return Service(starts if urgency is Urgency.URGENT else self._free_from(person, starts), lasts)

    def is_free_at(self, person: Person, at: datetime) -> bool:
        """Whether it is an hour of theirs."""
        row, hour = self._rules.local_time.row_hour(at)
        return bool(person.row.on_duty) or bool(person.bits >> (row * 24 + hour) & 1)

    def _has_time(self, person: Person, wish: Wish) -> bool:
        """Whether the hours of the window that are theirs suffice."""
        window = wish.window
        if window is None or person.row.on_duty:
            return True
        hours = self._rules.local_time.hours_of(window.from_, window.to)
        free = HOUR * sum(person.bits >> hour & 1 for hour in hours)
        return free >= min(timedelta(minutes=wish.service.duration_minutes), window.to - window.from_)

    def _free_from(self, person: Person, at: datetime) -> datetime:
        """The first instant from ``at`` on in an hour of theirs; ``at`` itself when a week has none."""
        if self.is_free_at(person, at):
            return at
        hour = self._rules.local(at).replace(minute=0, second=0, microsecond=0)
        ahead = (hour + HOUR * number for number in range(1, WEEK // HOUR + 1))
        return next((start for start in ahead if self.is_free_at(person, start)), at)

    def _person(self, row: RosterRow) -> Person:
        assumed, dice = self._assumed, self._dice.about("person", row.volunteer_id)
        mean, sameness = assumed.acceptance, assumed.sameness
        willing = dice.betavariate(mean * sameness, (1 - mean) * sameness)
        agrees = row.urgent_at_work
        if agrees is None and row.kind is VolunteerKind.IN_SERVICE:
            agrees = dice.random() < assumed.agrees_at_work
        return Person(row.model_copy(update={"urgent_at_work": agrees}), row.free_hours(self._rules).bits, willing)


def _pair(asked: Question) -> tuple[str, str]:
    return asked.volunteer_id, asked.order_id
