"""Domain time: one injected clock for orders, offers, deadlines and quiet hours (architecture.md).

Tokens, sessions, one-time codes, retries and logs use wall time and never this clock.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

FASTEST = 86_400.0
"""Domain seconds a wall second: a day a second. Faster than this nothing could be waited for."""


@dataclass(frozen=True, slots=True)
class DomainClock:
    """Real time, or a time that starts anywhere and runs at any speed.

    ``start`` (aware) held at ``epoch`` (wall time, unix seconds); ``speed`` is domain seconds a wall second.
    ``start`` is None for real time. Every process that is given the same ``spec`` agrees on ``now()``.
    """

    start: datetime | None = None
    speed: float = 1.0
    epoch: float = 0.0
    wall: Callable[[], float] = field(default=time.time, repr=False, compare=False)

    @classmethod
    def parse(cls, spec: str, *, wall: Callable[[], float] = time.time) -> Self:
        """Read ``START[@SPEED][/EPOCH]``; an empty spec is real time, a missing EPOCH is now, a missing SPEED
        is 1.

        Raises ``ValueError`` that says which of the three is wrong.
        """
        if not spec.strip():
            return cls(wall=wall)
        moment, _, epoch = spec.strip().partition("/")
        start, _, speed = moment.partition("@")
        return cls(
            start=_start(start),
            speed=_speed(speed) if "@" in moment else 1.0,
            epoch=_epoch(epoch) if "/" in spec else wall(),
            wall=wall,
        )

    @property
    def spec(self) -> str:
        """What ``parse`` reads back to an equal clock; empty for real time."""
        if self.start is None:
            return ""
        return f"{self.start.isoformat()}@{self.speed!r}/{self.epoch!r}"

    def now(self) -> datetime:
        """The present instant of the domain, aware, in UTC."""
        if self.start is None:
            return datetime.fromtimestamp(self.wall(), UTC)
        return self.start.astimezone(UTC) + timedelta(seconds=(self.wall() - self.epoch) * self.speed)

    def wall_seconds(self, domain_seconds: float) -> float:
        """How long to sleep in wall seconds until ``domain_seconds`` have passed; never negative."""
        return max(0.0, domain_seconds) / self.speed


def _start(text: str) -> datetime:
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"clock: START {text!r} is no ISO 8601 time such as 2026-11-22T19:00+08:00") from error
    if start.tzinfo is None:
        raise ValueError(f"clock: START {text!r} needs an offset, such as +08:00")
    return start


def _speed(text: str) -> float:
    speed = _number(text, "SPEED")
    if not 0 < speed <= FASTEST:
        raise ValueError(f"clock: SPEED {text!r} must be above 0 and at most {FASTEST:.0f}")
    return speed


def _epoch(text: str) -> float:
    epoch = _number(text, "EPOCH")
    if epoch < 0:
        raise ValueError(f"clock: EPOCH {text!r} must not be negative")
    return epoch


def _number(text: str, part: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise ValueError(f"clock: {part} {text!r} is no number") from error
    if not math.isfinite(number):
        raise ValueError(f"clock: {part} {text!r} must be finite")
    return number
