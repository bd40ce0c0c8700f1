"""Which coordinator holds what no volunteer holds, and where it goes when a clock runs out (逐级上报)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.community.areas import AreaTree
from shared.contracts.refusal import Conflict


class Cause(StrEnum):
    """Why a coordinator holds an order."""

    NO_HOLDER = "no_holder"
    SERVED_BY = "served_by"
    CLOCK = "clock"
    OVERDUE = "overdue"
    HAND_BACK = "hand_back"
    COORDINATOR = "coordinator"
    RETURNED = "returned"
    PARTY_DECLINED = "party_declined"
    CLOSING_REFUSED = "closing_refused"
    LOOK_FIRST = "look_first"


COMING_BACK = frozenset({Cause.HAND_BACK, Cause.RETURNED})
"""Somebody had it and gave it back: an order that does this again and again goes back and forth."""


class TopOfLadder(Conflict):
    """Nobody is above the top: it stays there until someone acts."""

    title = "There is nobody above to escalate to"


@dataclass(frozen=True)
class Rung:
    """One coordinator's place on the ladder: the area, and its kind, which names the tier."""

    area: str
    tier: str


def rung_of(areas: AreaTree, area: str) -> Rung:
    """The nearest coordinator at or above an area."""
    holding = areas.coordinator_area(area)
    return Rung(holding, areas[holding].kind)


def climb(areas: AreaTree, area: str) -> tuple[Rung, Cause]:
    """Where an order goes when its coordinator's time is over: up one tier; at the top it stays, overdue."""
    above = areas.coordinator_area_above(area)
    if above is None:
        return rung_of(areas, area), Cause.OVERDUE
    return rung_of(areas, above), Cause.CLOCK


def rung_above(areas: AreaTree, area: str) -> Rung:
    """The next tier, by a coordinator's decision. Raises ``TopOfLadder``."""
    above = areas.coordinator_area_above(area)
    if above is None:
        raise TopOfLadder
    return rung_of(areas, above)
