"""Dice that fall the same for the same question, whatever was asked before: policies meet the same people."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from random import Random


@dataclass(frozen=True)
class Dice:
    """All chance of one run. ``about`` names a choice; the same seed and choice give the same fall."""

    seed: int

    def about(self, *about: object) -> Random:
        """Dice for one choice, to be thrown as often as it needs."""
        return Random(f"{self.seed}:{about}")  # noqa: S311 - a simulation, not a secret

    def share(self, *about: object) -> float:
        """One fall, evenly between 0 and 1."""
        return self.about(*about).random()

    def minutes(self, median: float, spread: float, *about: object) -> timedelta:
        """A log-normal time with this median in minutes; ``spread`` is the deviation of its logarithm."""
        return timedelta(minutes=self.about(*about).lognormvariate(math.log(median), spread))
