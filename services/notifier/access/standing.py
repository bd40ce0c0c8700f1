"""How everything stands at the moment, for the strip on every page of the console."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from services.notifier.access.neighbours import Neighbour, Neighbours
from services.notifier.queries.standing import StandingQueries, Waiting
from services.notifier.queries.streams import StreamQueries
from services.notifier.queries.views import StreamView
from shared.contracts.refusal import Unavailable
from shared.persistence.engine import DATABASE_ERRORS

log = structlog.get_logger()

PERIODS = 3
"""A picture is shown until it is so many periods old; then whoever asks waits for a new one."""
LOOKED_FOR_SECONDS = 60.0
"""So long after the last reader the console goes on looking by itself."""


@dataclass(frozen=True)
class Picture:
    """Everything at one moment (wall time). ``streams``: None while the broker is away; ``waiting``: while the database
    is.
    """

    at: datetime
    services: tuple[Neighbour, ...]
    streams: tuple[StreamView, ...] | None
    waiting: Waiting | None

    @property
    def lag(self) -> int | None:
        """Messages that some consumer has still to hear; None while the broker is away."""
        return None if self.streams is None else sum(one.pending + one.ack_pending for one in self.streams)

    @property
    def is_good(self) -> bool:
        """Whether nobody has to do anything."""
        ready = all(one.ready and not one.warnings for one in self.services)
        return ready and self.streams is not None and self.waiting is not None and not self.waiting.letters


class Standing:
    """Keeps the last picture. ``seconds``: how old it may become while somebody looks; ``now``: domain time."""

    def __init__(
        self,
        neighbours: Neighbours,
        streams: StreamQueries,
        waiting: StandingQueries,
        seconds: float,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = seconds
        self._neighbours = neighbours
        self._streams = streams
        self._waiting = waiting
        self._now = now
        self._monotonic = monotonic
        self._taking = asyncio.Lock()
        self._picture: Picture | None = None
        self._taken = self._asked = -LOOKED_FOR_SECONDS
        self._wanted = asyncio.Event()

    async def look(self) -> Picture:
        """The last picture, or a new one where it is too old."""
        self._asked = self._monotonic()
        self._wanted.set()
        if self._picture is not None and self._monotonic() - self._taken < PERIODS * self.seconds:
            return self._picture
        return await self.take()

    async def take(self) -> Picture:
        """A new picture; several who ask at once share one."""
        asked = self._monotonic()
        async with self._taking:
            if self._picture is None or self._taken < asked:
                services, streams, waiting = await asyncio.gather(
                    self._neighbours.look(), self._of_broker(), self._of_database()
                )
                self._picture = Picture(datetime.now(UTC), tuple(services), streams, waiting)
                self._taken = self._monotonic()
            return self._picture

    async def until_wanted(self) -> None:
        """Wait until somebody has looked lately."""
        if self._monotonic() - self._asked > LOOKED_FOR_SECONDS:
            self._wanted.clear()
            await self._wanted.wait()

    async def _of_broker(self) -> tuple[StreamView, ...] | None:
        try:
            return tuple(await self._streams.streams(datetime.now(UTC)))
        except Unavailable:
            return None

    async def _of_database(self) -> Waiting | None:
        try:
            return await self._waiting.waiting(self._now())
        except DATABASE_ERRORS as error:
            log.warning("standing.unseen", error=type(error).__name__, detail=str(error)[:200])
            return None
