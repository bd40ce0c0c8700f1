"""How many people to ask now (pairing rule 5): as few as make enough yeses likely by the due time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.matcher.policies.eligibility import Reason
from shared.contracts.words import Urgency


@dataclass(frozen=True, slots=True)
class Situation:
    """One leg that waits.

    ``places`` still need a yes. ``chances``: how likely each candidate says yes, the cheapest candidate first.
    ``offer``: the life of an offer, so the length of a wave. ``eligible``: how many people could be asked;
    ``competing``: how many legs wait for the same people, this one included. ``asked_before``: in earlier waves.
    """

    urgency: Urgency
    places: int
    chances: Sequence[float]
    now: datetime
    due_at: datetime
    offer: timedelta
    eligible: int
    competing: int = 1
    asked_before: int = 0


class Asking(Protocol):
    """A way of asking. ``overlooks``: reasons against somebody that it does not look at."""

    overlooks: frozenset[Reason]

    def wave(self, situation: Situation) -> int:
        """How many of the cheapest candidates to ask now, from 0 to as many as there are."""
        ...


class SlackWaves:
    """Waves that use the time left before the due time, and ask for less where people are scarce.

    With time for k waves, each needs a yes only with 1 - (1 - target)^(1/k), for the others follow; an urgent order
    is worth the whole target in every wave. ``target`` holds while there are people enough for all legs that wait;
    as the share of this leg falls below what the target takes, the target falls with it, down to ``least_target``:
    a fixed one makes every leg ask everybody, and all of them get silence.
    """

    overlooks: frozenset[Reason] = frozenset()

    def __init__(self, target: float, least_target: float) -> None:
        self._target = target
        self._least = min(least_target, target)

    def wave(self, situation: Situation) -> int:
        """As many as the target of this wave takes, at least one for each place, at most a fair share."""
        share = max(situation.places, situation.eligible // max(situation.competing, 1))
        full = asks_needed(situation.chances, situation.places, self._of_wave(self._target, situation))
        abundance = min(share / full, 1.0) if full else 1.0
        target = self._least + (self._target - self._least) * abundance
        asks = asks_needed(situation.chances, situation.places, self._of_wave(target, situation))
        return min(max(min(asks, share), situation.places), len(situation.chances))

    def _of_wave(self, target: float, situation: Situation) -> float:
        if situation.urgency is Urgency.URGENT:
            return target
        return 1 - math.pow(1 - target, 1 / waves_left(situation))


def waves_left(situation: Situation) -> int:
    """How many offers fit one after the other before the due time; the one that is to go out now is the first."""
    return max(1, (situation.due_at - situation.now) // situation.offer)


def chance_of_enough(chances: Sequence[float], places: int) -> float:
    """The chance of at least ``places`` yeses, each by its own chance: the upper tail of a Poisson binomial
    distribution, summed exactly (Wang 1993, On the number of successes in independent trials).
    """
    return _exactly(chances, places)[places] if places > 0 else 1.0


def _exactly(chances: Sequence[float], places: int) -> list[float]:
    """The chances of 0, 1, … yeses; the last is that of ``places`` or more."""
    yeses = [1.0] + [0.0] * places
    for one in chances:
        _add(yeses, one)
    return yeses


def _add(yeses: list[float], chance: float) -> None:
    """One more person is asked."""
    yeses[-1] += yeses[-2] * chance
    for count in range(len(yeses) - 2, 0, -1):
        yeses[count] += (yeses[count - 1] - yeses[count]) * chance
    yeses[0] *= 1 - chance


def asks_needed(chances: Sequence[float], places: int, target: float) -> int:
    """How many of the first people make enough yeses as likely as ``target``; all of them when they never do."""
    if places <= 0:
        return 0
    yeses = _exactly((), places)
    for number, one in enumerate(chances, start=1):
        _add(yeses, one)
        if yeses[-1] >= target:
            return number
    return len(chances)
