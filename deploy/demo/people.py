"""How the demonstration's people behave. Assumptions, all in this place; every choice comes from one seed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from shared.community.catalogue import Mode, Service
from shared.community.definition import Community
from shared.community.opening import openings
from shared.community.roster import RosterRow
from shared.contracts.words import Outcome, Urgency

ACCEPTS, COUNTERS = 0.72, 0.06
"""Share of offers that are accepted, and of those answered with another time; the others are declined."""
LOOKS_AT_POOL = 0.25
"""Share of orders that some of the neighbours look for in the pool, though nobody asked them."""
BYSTANDERS = 3
CALLS_UP = 0.5
"""Share of the orders that find no holder for which the coordinator first calls up a unit paired with the place."""
NAMES = 0.7
"""Share of call-ups for which a secretary who finds free members names one."""
COORDINATOR_RESOLVES = 0.9
"""Share of the orders that come to a coordinator and are resolved at once, unless told otherwise; the others
stay held.
"""
VERDICTS = {Outcome.FIXED: 0.88, Outcome.PARTLY: 0.08, Outcome.NOT_FIXED: 0.04}
CALL_ONLY = 0.08
"""Share of orders of people who read no messages: a coordinator takes them down by phone, and calls them."""
REACHED = 0.75
"""Share of first calls that reach somebody; who was missed answers the second."""
JOINS = 0.3
"""Share of orders in public space that a neighbour with the same matter joins."""
TAKES, EXTENDS = 0.06, 0.06
"""Shares of what comes to a coordinator that they serve in person, and that they ask more time for: a third of the
orders comes to one, so that each is one order in fifty.
"""
MORE_TIME = 0.8
"""Share of residents who give more time."""
FALLS_ILL = 0.03
"""Share of volunteers who fall ill before they set out."""
ILL_FOR = timedelta(days=7)
"""Longer than any order waits for its evening, so that others serve what they had."""
WITH_WINDOW = 0.4
"""Share of orders that ask for an evening."""
PAUSE_SECONDS = (0.05, 0.6)
"""How long people think before they act (wall seconds at speed 1)."""

_WORDS = (
    "楼道里的灯坏了，晚上看不清台阶。",
    "家里老人行动不便，想请人帮忙。",
    "隔壁装修声音太大，想请人来说一说。",
    "The tap in the kitchen has been dripping since Friday.",
    "Could someone walk with me to the clinic?",
    "小区门口的宣传栏需要换一换。",
)
_NAMES = ("李阿姨", "王大爷", "赵女士", "Chen", "周先生", "Sun")
_RINGS_NOWHERE = "+86 100 0000 "
"""No mobile number starts with 100: nobody's telephone rings."""


@dataclass(frozen=True)
class Wish:
    """An order somebody wants to place: the body of ``POST /api/orders``, and the area whose coordinator takes it down
    for them; None where they place it themselves.
    """

    body: dict[str, Any]
    key: str
    recorded_in: str | None = None


class Answer(StrEnum):
    """What somebody says to an offer: the verbs of matcher's API."""

    ACCEPT = "accept"
    COUNTER = "counter"
    DECLINE = "decline"


class People:
    """Everybody's choices, repeatable for a seed and an order's number, whatever the order of events.

    ``roster``: the volunteers, for who may look at the pool.
    """

    def __init__(
        self,
        community: Community,
        seed: int,
        resolves: float = COORDINATOR_RESOLVES,
        roster: Iterable[RosterRow] = (),
    ) -> None:
        self._community = community
        self._seed = seed
        self._resolves = resolves
        self._grids = community.areas.of_kind("grid")
        self._neighbours: dict[tuple[str | None, str], list[str]] = {}
        for row in roster:
            for post in ("", *row.posts):
                key = community.areas.community_of(row.home), self._skill_of(post)
                self._neighbours.setdefault(key, []).append(row.volunteer_id)

    def chance(self, *about: object) -> Random:
        """The dice for one choice."""
        return Random(f"{self._seed}:{about}")  # noqa: S311 - a demonstration, not a secret

    def wish(self, number: int, now: datetime) -> Wish:
        """The order somebody places as the ``number``-th."""
        dice = self.chance("wish", number)
        service = dice.choice(self._community.services)
        body: dict[str, Any] = {
            "service": service.code,
            "area": dice.choice(self._grids).code,
            "details": dice.choice(_WORDS),
            "contact": {"name": dice.choice(_NAMES), "phone": f"{_RINGS_NOWHERE}{dice.randrange(10_000):04}"},
        }
        if service.urgency is not Urgency.URGENT and dice.random() < WITH_WINDOW:
            body["window"] = self._evening(now, dice.randint(1, 5))
        if service.in_person:
            body["window"] = self._appointment(service, body["area"], now)
        recorded_in = None
        if self.chance("call only", number).random() < CALL_ONLY:
            body |= {"channel": "phone", "call_only": True, "consent": {"person": True}}
            recorded_in = self._community.areas.coordinator_area(body["area"])
        return Wish(body, f"demo-{self._seed}-{number}-{int(now.timestamp())}", recorded_in)

    def neighbour(self, order_id: str, service: str) -> dict[str, str] | None:
        """How to reach the neighbour who has the same matter, where there is one: only in public space."""
        dice = self.chance("joins", order_id)
        if self._community.services_by_code[service].mode is not Mode.PUBLIC_SPACE or dice.random() >= JOINS:
            return None
        return {"name": dice.choice(_NAMES), "phone": f"{_RINGS_NOWHERE}{dice.randrange(10_000):04}"}

    def answer(self, offer_id: str) -> Answer:
        """What the asked volunteer says."""
        fate = self.chance("accept", offer_id).random()
        if fate < ACCEPTS:
            return Answer.ACCEPT
        return Answer.COUNTER if fate < ACCEPTS + COUNTERS else Answer.DECLINE

    def another_time(self, now: datetime) -> dict[str, str]:
        """ "Not now, but tomorrow evening"."""
        return self._evening(now, 1)

    def bystanders(self, order_id: str, area: str, service: str) -> Sequence[str]:
        """Who happens to look at the pool when an order of this place is new: neighbours who could serve it."""
        skill = self._community.skills_by_code.get(self._community.services_by_code[service].post or "")
        if skill is None or self.chance("looks", order_id).random() >= LOOKS_AT_POOL:
            return ()
        key = self._community.areas.community_of(area), "" if skill.open else skill.code
        neighbours = self._neighbours.get(key, [])
        return self.chance("pool", order_id).sample(neighbours, min(BYSTANDERS, len(neighbours)))

    def called_up(self, order_id: str, time: int, area: str, service: str) -> str | None:
        """Which unit the coordinator calls up when an order comes to them for the first time: one whose employer is
        nobody's secret, for a matter that a post serves.
        """
        areas, dice = self._community.areas, self.chance("call up", order_id)
        line = set(areas.ancestors(area)) - set(areas.ancestors(areas.community_of(area) or area)[1:])
        units = [unit.unit_id for unit in self._community.units if unit.paired_with in line and not unit.hidden]
        wanted = time == 1 and self._community.services_by_code[service].post is not None and dice.random() < CALLS_UP
        return dice.choice(units) if units and wanted else None

    def named(self, call_up_id: str, members: Sequence[str]) -> str | None:
        """Whom the secretary names."""
        dice = self.chance("name", call_up_id)
        return dice.choice(members) if members and dice.random() < NAMES else None

    def draw_seconds(self, urgency: str) -> float:
        """How long a draw lasts, in domain seconds."""
        return self._community.clocks.of(Urgency(urgency)).draw.total_seconds()

    def resolves(self, order_id: str, time: int) -> bool:
        """Whether the coordinator settles the order when it comes to them for the ``time``-th time."""
        return self.chance("resolve", order_id, time).random() < self._resolves

    def takes(self, order_id: str, time: int) -> bool:
        """Whether the coordinator serves it in person; once for an order."""
        return time == 1 and self.chance("take", order_id).random() < TAKES

    def extends(self, order_id: str, time: int) -> bool:
        """Whether the coordinator asks for more time; once for an order."""
        return time == 1 and self.chance("extend", order_id).random() < EXTENDS

    def gives_more_time(self, order_id: str) -> bool:
        """What the resident says to that."""
        return self.chance("more time", order_id).random() < MORE_TIME

    def reached(self, call_id: str, nth: int) -> bool:
        """Whether somebody answers the ``nth`` call."""
        return nth > 1 or self.chance("call", call_id).random() < REACHED

    def falls_ill(self, assignment_id: str) -> bool:
        """Whether the volunteer falls ill before they set out."""
        return self.chance("ill", assignment_id).random() < FALLS_ILL

    def verdict(self, order_id: str, time: int) -> tuple[Outcome, int]:
        """The resident's verdict and rating; nobody finds the second attempt "not fixed" again."""
        dice = self.chance("verdict", order_id, time)
        outcome = dice.choices(list(VERDICTS), list(VERDICTS.values()))[0]
        if outcome is Outcome.NOT_FIXED and time > 1:
            outcome = Outcome.PARTLY
        return outcome, {Outcome.FIXED: 5, Outcome.PARTLY: 3}.get(outcome, 1)

    def pause(self, *about: object) -> float:
        """How long somebody thinks, in wall seconds at speed 1."""
        return self.chance("pause", *about).uniform(*PAUSE_SECONDS)

    def _skill_of(self, post_id: str) -> str:
        post = self._community.posts_by_id.get(post_id)
        return post.skill if post else ""

    def _appointment(self, service: Service, grid: str, now: datetime) -> dict[str, str]:
        """The next time at which the counter of the place is open."""
        counter = self._community.counter_of(grid)
        if counter is None or counter.hours is None:
            return self._evening(now, 1)
        least = timedelta(minutes=service.duration_minutes)
        (first,) = openings(counter.hours, self._community.local_time, now, 1, least)
        return {"from": first.from_.isoformat(), "to": first.to.isoformat()}

    def _evening(self, now: datetime, days: int) -> dict[str, str]:
        local = self._community.local(now) + timedelta(days=days)
        begins = local.replace(hour=19, minute=0, second=0, microsecond=0)
        return {"from": begins.isoformat(), "to": (begins + timedelta(hours=2)).isoformat()}
