"""Whether new work is taken: no longer once the disk or the backlog is at its limit (docs/adr/0023).

What is left then is for the work under way: orders that were taken are served, told of and closed with it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf

import structlog

from shared.contracts.refusal import Unavailable
from shared.observability.forecast import Forecast
from shared.observability.metrics import DISK_FREE, DISK_FULL_SECONDS, NEW_WORK, NEW_WORK_REFUSED, OUTBOX_WAITING
from shared.persistence.engine import Database
from shared.persistence.room import Room, room_of

log = structlog.get_logger()

DISK, OUTBOX = "disk", "outbox"
AGAIN = 1.1
"""New work is taken again when a limit is cleared by a tenth; at the limit itself it would come and go."""
EARLY = 2.0
"""From half of what a limit leaves on it is warned of."""
HOUR_SECONDS = 3600.0


class NoNewWork(Unavailable):
    """What was taken is served; nothing more is taken until there is room."""

    title = "Nothing new can be taken on at present, what is under way goes on; please try again later"

    def __init__(self, retry_after: int) -> None:
        """``retry_after``: seconds."""
        super().__init__()
        self.retry_after = retry_after


@dataclass(frozen=True)
class Limits:
    """When new work is refused.

    ``disk_bytes``: with less room than this, or than ``disk_share`` of the whole where that is less. ``most_bytes``:
    how large a PostgreSQL database may become (0: as large as it likes). ``outbox``: with so many unpublished events.
    ``look_seconds``: how often it is looked at. ``retry_seconds``: what callers are told. ``forecast_hours``: by how
    many hours the disk's filling is forecast; ``warning_hours``: so long ahead it is warned of.
    """

    disk_bytes: int = 512 * 1024**2
    disk_share: float = 0.1
    most_bytes: int = 0
    outbox: int = 1_000_000
    look_seconds: float = 5.0
    retry_seconds: int = 60
    forecast_hours: float = 6.0
    warning_hours: float = 24.0

    def least(self, room: Room) -> float:
        """Bytes that must be free."""
        return min(float(self.disk_bytes), self.disk_share * room.total)


class Admission:
    """Looks at the limits of one service. ``waiting`` counts its unpublished events."""

    def __init__(self, database: Database, limits: Limits, waiting: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._limits = limits
        self._waiting = waiting
        self._forecast = Forecast(limits.forecast_hours * HOUR_SECONDS)
        self._refusing: frozenset[str] = frozenset()
        self.warnings: tuple[str, ...] = ()
        """What is near its limit or beyond it, for readiness."""
        NEW_WORK.set(1)
        DISK_FREE.set(inf)
        DISK_FULL_SECONDS.set(inf)

    def check(self) -> None:
        """Raises ``NoNewWork`` while nothing new is taken."""
        if self._refusing:
            for limit in self._refusing:
                NEW_WORK_REFUSED.labels(limit).inc()
            raise NoNewWork(self._limits.retry_seconds)

    async def run(self) -> None:
        """Look for ever, every ``look_seconds``."""
        while True:
            await self.look()
            await asyncio.sleep(self._limits.look_seconds)

    async def look(self) -> None:
        """See how much room and how much backlog there is. Raises the errors of the database, ``OSError``."""
        room = await room_of(self._database, self._limits.most_bytes)
        waiting = await self._waiting()
        OUTBOX_WAITING.set(waiting)
        near = {OUTBOX} if waiting * EARLY >= self._limits.outbox else set()
        beyond = {OUTBOX} if self._too_much(waiting) else set()
        if room is not None:
            full_in = self._forecast.see(time.monotonic(), room.free)
            DISK_FREE.set(room.free)
            DISK_FULL_SECONDS.set(full_in)
            least = self._limits.least(room)
            soon = full_in < self._limits.warning_hours * HOUR_SECONDS
            near |= {DISK} if soon or room.free < EARLY * least else set()
            beyond |= {DISK} if room.free < least * (AGAIN if DISK in self._refusing else 1.0) else set()
        self.warnings = tuple(sorted(near | beyond))
        self._turn(frozenset(beyond))

    def _too_much(self, waiting: int) -> bool:
        return waiting * (AGAIN if OUTBOX in self._refusing else 1.0) >= self._limits.outbox

    def _turn(self, refusing: frozenset[str]) -> None:
        if refusing != self._refusing:
            told = log.error if refusing else log.info
            told("admission.refused" if refusing else "admission.open", limits=sorted(refusing))
        self._refusing = refusing
        NEW_WORK.set(0 if refusing else 1)
