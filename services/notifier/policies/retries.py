"""When a failed delivery is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Retries:
    """The pause after attempt n doubles from ``first`` to ``longest``; after ``most`` attempts there is none."""

    first: timedelta
    longest: timedelta
    most: int

    def pause(self, attempts: int) -> timedelta:
        """How long to wait after so many attempts (at least one)."""
        doublings: int = min(attempts - 1, 30)
        return min(self.first * (1 << doublings), self.longest)

    def exhausted(self, attempts: int) -> bool:
        """Whether so many attempts were enough."""
        return attempts >= self.most
