"""What takes a while to count, as it was counted last: who looks again sees it at once, and it is counted meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

import structlog

from shared.persistence.engine import DATABASE_ERRORS

log = structlog.get_logger()

Key = TypeVar("Key", bound=Hashable)
Counted = TypeVar("Counted")

KEPT_SECONDS = 300.0
"""What is older is counted again before it is shown."""


@dataclass(frozen=True)
class Count(Generic[Counted]):
    """A result, and when it was counted (wall time)."""

    at: datetime
    found: Counted


class Lately(Generic[Key, Counted]):
    """Remembers results by what they are of. ``seconds``: one that is older is counted again when it is looked at."""

    def __init__(
        self,
        count: Callable[[Key], Awaitable[Counted]],
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._count = count
        self._seconds = seconds
        self._monotonic = monotonic
        self._known: dict[Key, tuple[float, Count[Counted]]] = {}
        self._counting: dict[Key, asyncio.Task[Count[Counted]]] = {}

    async def of(self, key: Key) -> Count[Counted]:
        """The last result; waits for a new one where there is none, or none of the last minutes."""
        taken, known = self._known.get(key, (0.0, None))
        age = self._monotonic() - taken
        if known is not None and age < self._seconds:
            return known
        counting = self._counting.get(key)
        if counting is None:
            counting = self._counting[key] = asyncio.create_task(self._fresh(key), name="counting")
            counting.add_done_callback(_heard)
        if known is not None and age < KEPT_SECONDS:
            return known
        return await asyncio.shield(counting)

    async def end(self) -> None:
        """Let go of what is being counted."""
        for counting in list(self._counting.values()):
            counting.cancel()
            await asyncio.wait({counting})

    async def _fresh(self, key: Key) -> Count[Counted]:
        try:
            counted = Count(datetime.now(UTC), await self._count(key))
        except DATABASE_ERRORS as error:
            log.warning("counting.failed", error=type(error).__name__)
            raise
        finally:
            del self._counting[key]
        self._known[key] = (self._monotonic(), counted)
        return counted


def _heard(counting: asyncio.Task[Count[Counted]]) -> None:
    """What went wrong is in the log; nobody may be waiting for it."""
    if not counting.cancelled():
        counting.exception()
