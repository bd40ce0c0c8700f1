"""When a failed delivery is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zlib import crc32

_PARTS = 1000


@dataclass(frozen=True)
class Retries:
    """The pause after attempt n doubles from ``first`` to ``longest``; after ``most`` attempts there is none. Each
    pause is longer by up to the share ``jitter`` of it, so that what failed together does not come back together.
    """

    first: timedelta
    longest: timedelta
    most: int
    jitter: float = 0.0

    def pause(self, attempts: int, key: str = "") -> timedelta:
        """How long to wait after so many attempts (at least one). ``key``: whose, always the same for one of them."""
        doublings: int = min(attempts - 1, 30)
        share = crc32(f"{key}:{attempts}".encode()) % _PARTS / _PARTS
        return min(self.first * (1 << doublings), self.longest) * (1 + self.jitter * share)

    def exhausted(self, attempts: int) -> bool:
        """Whether so many attempts were enough."""
        return attempts >= self.most
