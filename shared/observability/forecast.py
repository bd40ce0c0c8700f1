"""When a disk will be full, by how it filled during the last hours. A forecast is for people: no door closes by it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice
from math import inf
from statistics import median

MOST_SAMPLES = 240
FEWEST_SAMPLES = 8
SHORTEST_SPAN_SECONDS = 60.0

Sample = tuple[float, float]
"""When (seconds of any clock that only runs forward), and how many bytes were free then."""


def seconds_until_full(samples: Sequence[Sample]) -> float:
    """Seconds from the last sample until nothing is free; infinite while the free room does not shrink, and while
    there are too few samples to say. ``samples``: oldest first.

    The slope is the median of those between samples half the window apart (Theil's method, the incomplete one), so
    that a file of somebody else's that comes or goes bends it only when it is there for a quarter of the time.
    """
    if len(samples) < FEWEST_SAMPLES or samples[-1][0] - samples[0][0] < SHORTEST_SPAN_SECONDS:
        return inf
    half = len(samples) // 2
    pairs = zip(samples, islice(samples, half, None), strict=False)
    slope = median((free - earlier_free) / (at - earlier) for (earlier, earlier_free), (at, free) in pairs)
    return inf if slope >= 0 else max(samples[-1][1], 0.0) / -slope


class Forecast:
    """Keeps as many samples of the last ``window_seconds`` as are enough, evenly apart."""

    def __init__(self, window_seconds: float) -> None:
        self._apart = window_seconds / MOST_SAMPLES
        self._samples: deque[Sample] = deque(maxlen=MOST_SAMPLES)
        self.seconds = inf

    def see(self, now: float, free: float) -> float:
        """Take a sample when it is time for one; returns the forecast in seconds."""
        if not self._samples or now - self._samples[-1][0] >= self._apart:
            self._samples.append((now, free))
            self.seconds = seconds_until_full(self._samples)
        return self.seconds
