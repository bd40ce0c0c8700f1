"""How much the three audits alert of: counted every now and then, so that ops read it on the page they open first, and
told to whoever should look.
"""

from __future__ import annotations

import asyncio

import structlog

from services.notifier.queries.audit import AuditQueries, DeedView
from services.notifier.repository import Repository
from services.notifier.use_cases.alerting import Alert, Alerting
from shared.contracts.refusal import Unavailable
from shared.persistence.group_commit import GroupCommit

log = structlog.get_logger()


class AlertClock:
    """Asks all three audits; whoever opens a page asks nobody. ``tick_seconds``: wall time between two questions."""

    def __init__(
        self, audits: AuditQueries, alerting: Alerting, writer: GroupCommit[Repository], tick_seconds: float
    ) -> None:
        self._audits = audits
        self._alerting = alerting
        self._writer = writer
        self._tick = tick_seconds
        self._told: frozenset[tuple[str, int]] = frozenset()

    async def run(self) -> None:
        """Look for ever."""
        while True:
            try:
                await self.look()
            except Unavailable:  # the database is busy: the next time
                log.info("alerts.uncounted")
            await asyncio.sleep(self._tick)

    async def look(self) -> None:
        """Once. What this process has told of is not told of again; of another's notices the database knows."""
        found = {(one.service, one.sequence): one for one in await self._audits.count_alerts()}
        fresh = [_alert(one) for key, one in found.items() if key not in self._told]
        if fresh:
            await self._writer.do(self._alerting.tell_of_alerts, fresh)
        self._told = frozenset(found)


def _alert(view: DeedView) -> Alert:
    return Alert(view.area, view.at)
