"""How many dead letters there are, by service and state, as a metric for whoever watches."""

from __future__ import annotations

import asyncio
from itertools import product

from services.notifier.policies.letters import LetterState
from services.notifier.queries import DeadLetterQueries
from services.notifier.repository import Unit
from services.notifier.use_cases.burying import DEAD_LETTERS
from shared.contracts.flows import SERVICES
from shared.observability.metrics import DEAD_LETTERS_KEPT


class LetterCount:
    """Counts after every commit that changed something, and every now and then: another process may have."""

    def __init__(self, letters: DeadLetterQueries, tick_seconds: float) -> None:
        self._letters = letters
        self._tick = tick_seconds
        self._changed = asyncio.Event()

    def wake(self, unit: Unit) -> None:
        """After a commit: there may be another count."""
        if DEAD_LETTERS in unit.announced:
            self._changed.set()

    async def count(self) -> None:
        """Look, and tell the metric; letters of no service there is are counted as ``unknown``."""
        counts = dict.fromkeys(product((*SERVICES, "unknown"), LetterState), 0)
        for (service, state), letters in (await self._letters.counts()).items():
            counts[service if service in SERVICES else "unknown", LetterState(state)] += letters
        for (service, kept_as), letters in counts.items():
            DEAD_LETTERS_KEPT.labels(service, kept_as.value).set(letters)

    async def run(self) -> None:
        """Count for ever."""
        while True:
            self._changed.clear()
            await self.count()
            try:
                async with asyncio.timeout(self._tick):
                    await self._changed.wait()
            except TimeoutError:
                continue
