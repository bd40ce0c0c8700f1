"""How the demonstration's people behave. Assumptions, all in this place; every choice comes from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shared.community.definition import Community
from shared.contracts.words import Outcome, Urgency

ACCEPTS = 0.78
"""Share of offers that are accepted; the others are declined."""
COORDINATOR_RESOLVES = 0.9
"""Share of the orders that come to a coordinator and are resolved at once, unless told otherwise; the others
stay held.
"""
VERDICTS = {Outcome.FIXED: 0.88, Outcome.PARTLY: 0.08, Outcome.NOT_FIXED: 0.04}
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
    """An order somebody wants to place: the body of ``POST /api/orders``."""

    body: dict[str, Any]
    key: str


class People:
    """Everybody's choices, repeatable for a seed and an order's number, whatever the order of events."""

    def __init__(self, community: Community, seed: int, resolves: float = COORDINATOR_RESOLVES) -> None:
        self._community = community
        self._seed = seed
        self._resolves = resolves
        self._grids = community.areas.of_kind("grid")

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
            body["window"] = self._evening(dice, now)
        return Wish(body, f"demo-{self._seed}-{number}-{int(now.timestamp())}")

    def accepts(self, offer_id: str) -> bool:
        """Whether the asked volunteer can."""
        return self.chance("accept", offer_id).random() < ACCEPTS

    def resolves(self, order_id: str, time: int) -> bool:
        """Whether the coordinator settles the order when it comes to them for the ``time``-th time."""
        return self.chance("resolve", order_id, time).random() < self._resolves

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

    def _evening(self, dice: Random, now: datetime) -> dict[str, str]:
        local = self._community.local(now) + timedelta(days=dice.randint(1, 5))
        begins = local.replace(hour=19, minute=0, second=0, microsecond=0)
        return {"from": begins.isoformat(), "to": (begins + timedelta(hours=2)).isoformat()}
