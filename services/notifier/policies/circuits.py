"""A channel that fails again and again is left alone for a while, so that nothing piles up in front of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Tolerance:
    """After ``failures`` in a row a channel is left alone for ``first``, twice as long after each further one, at most
    ``longest``."""

    failures: int
    first: timedelta
    longest: timedelta


class Circuit:
    """One channel as it stands (wall time). While it is open one message goes at a time, to see whether it is back."""

    def __init__(self, tolerance: Tolerance) -> None:
        self._tolerance = tolerance
        self._failed = 0
        self.open_until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is being left alone."""
        return self.open_until is not None

    def lets(self, wall: datetime) -> bool:
        """Whether something may be tried now."""
        return self.open_until is None or self.open_until <= wall

    def took(self) -> None:
        """It took a message, or said that one is wrong: it is there."""
        self._failed, self.open_until = 0, None

    def failed(self, wall: datetime) -> None:
        """It did not answer, or could not."""
        self._failed += 1
        beyond = self._failed - self._tolerance.failures
        if beyond >= 0:
            doublings: int = min(beyond, 30)
            self.open_until = wall + min(self._tolerance.first * (1 << doublings), self._tolerance.longest)
