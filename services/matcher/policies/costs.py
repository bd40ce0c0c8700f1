"""What asking a person about a leg costs, part by part (pairing rule 3): near, fair, rested and known people are cheap.

The weights are the community's; every part is a plain number that can be shown and explained.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log2
from zlib import crc32

from services.matcher.policies.eligibility import Load, Member, Need
from shared.community.areas import AreaTree
from shared.community.pairing import Weights
from shared.contracts.words import Urgency

REST = timedelta(hours=48)
"""In so long the memory of an ask fades to a third (1/e)."""

TWO_HOURS = 120
MOST_CARRIED = 16.0
"""Nobody's load counts for more than this."""

FARTHEST = 8
PAIRS_OUTWEIGHED = 64
"""Leaving a place unasked costs more than re-arranging so many pairs in the worst way."""

TIE = 1e-6
"""All ties together weigh less than any difference that means something."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The cost of one pair. ``tie`` settles equals by chance, differently for every leg."""

    near: float
    load: float
    rest: float
    continuity: float
    tie: float = 0.0

    @property
    def total(self) -> float:
        """What the pairing adds up; below zero only for somebody who is known to the resident."""
        return self.near + self.load + self.rest + self.continuity + self.tie


def cost_of(need: Need, member: Member, load: Load, weights: Weights, areas: AreaTree) -> Parts:
    """What asking this volunteer costs.

    ``near`` grows with each step of distance by the tree, ``load`` with what they carry, ``rest`` is highest right
    after an ask; ``continuity`` is taken off for somebody who served this resident to their content.
    """
    return Parts(
        near=weights.near * areas.distance(member.home, need.grid),
        load=weights.load * carried(load),
        rest=weights.rest * asked_lately(load.asked_at, need.now),
        continuity=-weights.continuity if member.volunteer_id in need.continued else 0.0,
        tie=tie(need.leg_id, member.volunteer_id),
    )


def carried(load: Load) -> float:
    """Assignments and open offers, and the hours served: one more for two hours, and again whenever what was served
    since doubles (log2(1 + hours / 2)), so that nobody is out of reach for ever; at most ``MOST_CARRIED``.
    """
    return min(load.held + load.asked + log2(1 + load.served_minutes / TWO_HOURS), MOST_CARRIED)


def asked_lately(asked_at: datetime | None, now: datetime) -> float:
    """1 right after an ask, fading over the days; 0 for somebody who was never asked."""
    return exp(-max(now - asked_at, timedelta()) / REST) if asked_at is not None else 0.0


def tie(leg_id: str, volunteer_id: str) -> float:
    """Below ``TIE``; a hash of leg and person, so that no name comes first for ever."""
    return TIE * crc32(f"{leg_id}:{volunteer_id}".encode()) / 2**32


def stake_of(need: Need, weights: Weights) -> float:
    """What leaving one place of this leg unasked costs: more than any pairing, and more for who cannot wait."""
    worst = weights.near * FARTHEST + weights.load * MOST_CARRIED + weights.rest + weights.continuity + TIE
    urgent = weights.urgent if need.urgency is Urgency.URGENT else 0.0
    return PAIRS_OUTWEIGHED * worst + urgent + weights.waiting * waited(need)


def waited(need: Need) -> float:
    """The share of the dispatch clock that has passed, from 0 to 1."""
    whole = need.due_at - need.placed_at
    if whole <= timedelta():
        return 1.0
    return min(max((need.now - need.placed_at) / whole, 0.0), 1.0)
