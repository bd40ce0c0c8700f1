"""The best yes wins: which of several yeses get the free places of a leg, and when that can be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Yes:
    """A yes to an offer, or from the pool (not ``asked``), and what pairing this person costs."""

    offer_id: str
    cost: float
    asked: bool


def winners(yes: Sequence[Yes], open_costs: Sequence[float], free_places: int, over: bool) -> list[Yes]:
    """Who gets a place now, the best first.

    When the draw is ``over``: the cheapest, as many as there are ``free_places``. Before that only who was asked and
    cannot be beaten any more, neither by another yes nor by anybody who may still answer (``open_costs``: what those
    would cost). A yes from the pool waits for the end: others may still ask. Equals are settled by a hash.
    """
    ranked = sorted(yes, key=lambda one: (one.cost, crc32(one.offer_id.encode()), one.offer_id))
    if over:
        return ranked[: max(free_places, 0)]
    return [
        one
        for rank, one in enumerate(ranked)
        if one.asked and rank + sum(cost <= one.cost for cost in open_costs) < free_places
    ]
