"""The console's own clocks: new events, and how everything stands; both rest while nobody looks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from services.notifier.access.standing import Standing
from services.notifier.use_cases.confirming import EVENTS
from shared.persistence.engine import DATABASE_ERRORS
from shared.web.live import Changes


class TailClock:
    """Says that there are new events. Another process indexes them, so this one looks where the index ends.
    ``seconds``: between two looks (wall time).
    """

    def __init__(self, last_position: Callable[[], Awaitable[int]], changes: Changes, seconds: float) -> None:
        self._last_position = last_position
        self._changes = changes
        self._seconds = seconds

    async def run(self) -> None:
        """Look until cancelled."""
        known = -1
        while True:
            await asyncio.sleep(self._seconds)
            if not self._changes.watching:
                continue
            try:
                last = await self._last_position()
            except DATABASE_ERRORS:
                continue
            if last != known:
                known = last
                self._changes.announce(EVENTS)


class StandingClock:
    """Takes a new picture every few seconds while somebody looks."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    async def run(self) -> None:
        """Take pictures until cancelled."""
        while True:
            await self._standing.until_wanted()
            await self._standing.take()
            await asyncio.sleep(self._standing.seconds)
