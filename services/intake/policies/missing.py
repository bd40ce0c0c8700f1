"""How long somebody waits who looks for orders that are not there, or not theirs: longer each time."""

from __future__ import annotations

import math
from datetime import timedelta

from shared.contracts.refusal import TooMany

FREE_MISSES = 20
"""So many cost nothing: people mistype, and a whole household may share an address."""


class TooManyMisses(TooMany):
    """From there too much was looked for that is not there."""

    title = "Too many tries from here; please wait, or use the link you were given"

    def __init__(self, wait: timedelta) -> None:
        """``wait`` until the next try."""
        super().__init__()
        self.retry_after = max(1, math.ceil(wait.total_seconds()))
