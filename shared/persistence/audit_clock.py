"""What a service does about its audit every minute: says where it ends, looks for too much, lets old rows go.

Where it ends is said in the log, which is kept elsewhere than the database: `paidan verify` finds there that an end was
cut off. It is said every time, so that a log that was set aside never takes the last word with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from shared.contracts.refusal import Unavailable
from shared.observability.metrics import AUDIT_ALERTS
from shared.persistence.audit import Chain, day_of, wall_now
from shared.persistence.auditing import Audit
from shared.persistence.engine import Database
from shared.persistence.watching import Thresholds, figures, strangers_counted

log = structlog.get_logger()

ANCHORED = "audit.anchored"
"""The log line that says where an audit ends: service, sequence, hash."""


@dataclass(frozen=True)
class AuditKept:
    """How an audit is kept: rows ``days`` long, looked at every ``seconds``, and what is much."""

    days: int = 190
    seconds: float = 60.0
    most: Thresholds = field(default_factory=Thresholds)


class AuditClock:
    """Turns in every process of a service; what another did already is nothing to do. Times are wall time."""

    def __init__(
        self,
        service: str,
        database: Database,
        chain: Chain,
        audit: Audit,
        kept: AuditKept,
        wall: Callable[[], datetime] = wall_now,
    ) -> None:
        self._service = service
        self._database = database
        self._chain = chain
        self._audit = audit
        self._kept = kept
        self._wall = wall
        self._dropped_before: datetime | None = None
        self._continued = False

    async def run(self) -> None:
        """Look for ever, every ``seconds``, the first time at once."""
        while True:
            try:
                await self.sweep()
            except Unavailable:  # the database is busy: the next time
                log.info("audit.waits")
            await asyncio.sleep(self._kept.seconds)

    async def sweep(self) -> None:
        """One look. Raises ``Unavailable`` and the errors of the database."""
        await self._go_on()
        await self._count_strangers()
        await self._watch()
        await self._drop()
        await self._anchor()

    async def _go_on(self) -> None:
        """Once: a chain whose key was lost says so before anybody does anything."""
        if self._continued:
            return
        async with self._database.reading() as session:
            ours = await self._chain.is_ours(session)
        if not ours:
            async with self._database.writing() as session:
                await self._chain.go_on(session)
        self._continued = True

    async def _count_strangers(self) -> None:
        count, self._audit.strangers = self._audit.strangers, 0
        if count:
            await self._audit.note(strangers_counted(count))

    async def _watch(self) -> None:
        async with self._database.reading() as session:
            found = await figures(session, self._chain.table, self._kept.most, self._wall())
        if found:
            await self._audit.note(*(figure.deed for figure in found))
        for figure in found:
            AUDIT_ALERTS.labels(figure.rule).inc()
            log.warning("audit.alert", rule=figure.rule, most=figure.most)

    async def _drop(self) -> None:
        before = day_of(self._wall(), timedelta(days=self._kept.days))
        if before == self._dropped_before:
            return
        async with self._database.reading() as session:
            due = await self._chain.starts_before(session, before)
        if due:  # most days nothing is, and nobody has to wait for a turn to write
            async with self._database.writing() as session:
                log.info("audit.dropped", rows=await self._chain.drop(session, before))
        self._dropped_before = before

    async def _anchor(self) -> None:
        async with self._database.reading() as session:
            head = await self._chain.head(session)
        log.info(ANCHORED, service=self._service, sequence=head.sequence, hash=head.hash)
