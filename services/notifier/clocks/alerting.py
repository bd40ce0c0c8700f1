"""How much the three audits alert of: counted every now and then, so that ops read it on the page they open first."""

from __future__ import annotations

import asyncio

import structlog

from services.notifier.queries.audit import AuditQueries
from shared.contracts.refusal import Unavailable

log = structlog.get_logger()


class AlertCount:
    """Asks all three audits; whoever opens a page asks nobody. ``tick_seconds``: wall time between two questions."""

    def __init__(self, audits: AuditQueries, tick_seconds: float) -> None:
        self._audits = audits
        self._tick = tick_seconds

    async def run(self) -> None:
        """Count for ever."""
        while True:
            try:
                await self._audits.count_alerts()
            except Unavailable:  # the database is busy: the next time
                log.info("alerts.uncounted")
            await asyncio.sleep(self._tick)
