"""Checks of the invariants that somebody asked for: one at a time, with what it has found so far."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from services.notifier.queries.invariants import InvariantQueries, Looked
from shared.persistence.engine import DATABASE_ERRORS

log = structlog.get_logger()


@dataclass(frozen=True)
class Check:
    """One check. ``ended_at`` (wall time): None while it goes on. ``failed``: the database went away under it."""

    begun_at: datetime
    looked: Looked
    ended_at: datetime | None = None
    failed: bool = False


class Checking:
    """Remembers the last check of this process."""

    def __init__(self, invariants: InvariantQueries) -> None:
        self._invariants = invariants
        self._running: asyncio.Task[None] | None = None
        self.last: Check | None = None

    @property
    def goes_on(self) -> bool:
        """Whether one is being made."""
        return self._running is not None and not self._running.done()

    def begin(self) -> None:
        """Begin one, unless one goes on."""
        if not self.goes_on:
            self.last = Check(datetime.now(UTC), Looked(0, 0, ()))
            self._running = asyncio.create_task(self._look(self.last), name="invariants")

    async def end(self) -> None:
        """Let go of the one that goes on."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    async def _look(self, check: Check) -> None:
        looked, failed = check.looked, False
        try:
            async for looked in self._invariants.look(check.begun_at):
                self.last = Check(check.begun_at, looked)
        except DATABASE_ERRORS as error:
            log.warning("check.failed", check="invariants", error=type(error).__name__)
            failed = True
        self.last = Check(check.begun_at, looked, datetime.now(UTC), failed)
