"""How long somebody waits who looks for orders that are not there, or not theirs: longer each time."""

from __future__ import annotations

import math
from datetime import timedelta

from shared.contracts.refusal import TooMany

FREE_MISSES = 20
"""So many cost nothing: people mistype, and a whole household may share an address."""
FORGIVEN = timedelta(days=1)
"""A day without a miss, and the count begins anew."""
LONGEST = timedelta(hours=1)
_STEPS = LONGEST // timedelta(seconds=1)


class TooManyMisses(TooMany):
    """From there too much was looked for that is not there."""

    title = "Too many tries from here; please wait, or use the link you were given"

    def __init__(self, wait: timedelta) -> None:
        """``wait`` until the next try."""
        super().__init__()
        self.retry_after = max(1, math.ceil(wait.total_seconds()))


def wait_after(count: int, free: int) -> timedelta:
    """The wait after so many misses: none for the first ``free``, then a second, doubled by each, at most an hour."""
    over = count - free
    if over <= 0:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(over - 1, _STEPS.bit_length())), LONGEST)
