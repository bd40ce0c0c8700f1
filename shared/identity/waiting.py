"""How long somebody waits who tries what does not open: longer each time."""

from __future__ import annotations

from datetime import timedelta

FORGIVEN = timedelta(days=1)
"""A day without a try, and the count begins anew."""
LONGEST = timedelta(hours=1)
_STEPS = LONGEST // timedelta(seconds=1)


def wait_after(count: int, free: int) -> timedelta:
    """The wait after so many tries: none for the first ``free``, then a second, doubled by each, at most an hour."""
    over = count - free
    if over <= 0:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(over - 1, _STEPS.bit_length())), LONGEST)
