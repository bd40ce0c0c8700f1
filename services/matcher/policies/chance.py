"""How likely somebody says yes: learned from their own answers, for each urgency and part of the day.

Seen by the pairing alone: no coordinator, no unit and no page has these numbers (mission.md, fairness).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.community.local import LocalTime
from shared.contracts.words import Urgency

HOURS_OF_A_PART = 4
PARTS_OF_DAY = 24 // HOURS_OF_A_PART


@dataclass(frozen=True, slots=True)
class Tally:
    """How often somebody was asked and gave an answer or let the offer expire, and how often they said yes."""

    asked: int
    accepted: int


Habits = Mapping[tuple[Urgency, int], Tally]
"""The tallies of one person, by urgency and part of the day."""


def part_of(at: datetime, local: LocalTime) -> int:
    """The part of the local day, 0 (midnight to four) to 5."""
    return local.local(at).hour // HOURS_OF_A_PART


def chance(habits: Habits, urgency: Urgency, part: int, prior: float, strength: float) -> float:
    """How likely this person says yes, above 0 and below 1.

    The mean of the posterior of a beta-binomial model (Gelman et al., Bayesian Data Analysis, 2.4), twice:
    all answers shrink to the community's ``prior`` as if there were ``strength`` more answers of that kind, then those
    of this urgency and part of the day shrink to the person's own rate with the same strength. Who was never asked
    has the prior; who was never asked at this hour has their own rate.
    """
    person = _shrunk(
        sum(tally.asked for tally in habits.values()),
        sum(tally.accepted for tally in habits.values()),
        prior,
        strength,
    )
    cell = habits.get((urgency, part), Tally(0, 0))
    return _shrunk(cell.asked, cell.accepted, person, strength)


def _shrunk(asked: int, accepted: int, prior: float, strength: float) -> float:
    return (accepted + prior * strength) / (asked + strength)
