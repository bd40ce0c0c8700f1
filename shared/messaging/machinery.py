"""What turns inside every service: database, writer, bus and relay, started and stopped in one order.

A loop that ends by an accident ends the process: its supervisor starts it afresh, and no service lives on
half dead. A database that is away is no accident: the loop begins again when it is back, HTTP answers 503 meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.bus import Bus
from shared.messaging.connections import Connections
from shared.messaging.consuming import Hearing
from shared.messaging.ending import end
from shared.messaging.hearing_again import HearingAgain, answers_of
from shared.messaging.inbox import MessagingRepository
from shared.messaging.outbox import keep_in
from shared.messaging.relay import Relay
from shared.messaging.requests import Answers
from shared.messaging.searching import searched
from shared.persistence.admission import Admission
from shared.persistence.announcing import Announcing, Hub
from shared.persistence.audit import Chain, Seal
from shared.persistence.audit_clock import AuditClock
from shared.persistence.auditing import Audit
from shared.persistence.engine import DATABASE_ERRORS, Database
from shared.persistence.finding_deeds import Deeds
from shared.persistence.group_commit import GroupCommit
from shared.persistence.unit_of_work import AfterCommit, Units

log = structlog.get_logger()

M = TypeVar("M", bound=MessagingRepository)

Loop = Callable[[], Coroutine[Any, Any, None]]

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0


class Machinery(Generic[M]):
    """The turning parts of one service.

    ``repository`` is the service's class; its ``outbox`` and ``published`` name the tables the relay reads. ``now`` is
    domain time.
    """

    def __init__(
        self,
        service: str,
        connections: Connections,
        repository: Callable[[AsyncSession], M],
        now: Callable[[], datetime],
        after_commit: Sequence[AfterCommit[M]] = (),
        audit_key: bytes | None = None,
        hub: Hub | None = None,
    ) -> None:
        """``audit_key``: what the audit is chained with; an errand that does nothing to be audited has none. ``hub``:
        where those who watch are told, in this process and in the others of the service."""
        outbox = repository.outbox  # type: ignore[attr-defined]  # a class attribute of the repository's class
        self.database = Database(connections.database_url, busy_seconds=connections.busy_seconds)
        self.chain = (
            Chain(repository.audited, Seal(service, audit_key)) if audit_key is not None else None  # type: ignore[attr-defined]  # the same
        )
        self.announcing = Announcing(self.database, service, hub) if hub is not None else None
        units = Units(self.database, repository, now, keep_in(outbox), [*self._after(), *after_commit], self.chain)
        self.writer: GroupCommit[M] = GroupCommit(
            units, most=connections.group_commands, admitted=connections.waiting_commands
        )
        self.audit = Audit(self.writer)
        self.audit_clock = (
            AuditClock(service, self.database, self.chain, self.audit, connections.audit) if self.chain else None
        )
        self.bus = Bus(
            service,
            connections.entrance,
            connections.stuck_seconds,
            connections.early_seconds,
        )
        self.deeds = Deeds(self.database, repository.audited)  # type: ignore[attr-defined]  # the same
        if self.chain and (answers := searched(service, self.deeds)) is not None:
            self.answer(answers)
        tables = (outbox, repository.published)  # type: ignore[attr-defined]  # the same
        self.relay: Relay[M] = Relay(service, self.database, tables, self.writer, self.bus)
        self.admission = Admission(self.database, connections.limits, self.relay.waiting)

    def hear(self, *hearings: Hearing) -> HearingAgain:
        """Have these consumers on the bus, committing through the writer; returns what hears their dead letters."""
        self.bus.attach(*(partial(hearing.attach, self.writer) for hearing in hearings))
        again = HearingAgain(self.writer, hearings)
        if (answers := answers_of(self.bus.service, again)) is not None:
            self.answer(answers)
        return again

    def answer(self, *answers: Answers) -> None:
        """Have these requests of other services answered on the bus."""
        self.bus.attach(*(one.attach for one in answers))

    @asynccontextmanager
    async def running(self, *loops: Loop) -> AsyncIterator[None]:
        """Run everything, and ``loops`` (clocks and the like) beside it, until the block is left.

        Stopping: the loops first, then the bus after its running handlers, then the writer after all it took;
        what is still unpublished stays in the outbox for the next start.
        """
        writing = asyncio.create_task(self.writer.run(), name="writer")
        audit = (self.audit_clock.run,) if self.audit_clock else ()
        announcing = (self.announcing.run,) if self.announcing else ()
        turning: tuple[Loop, ...] = (self.bus.run, self.relay.run, *loops, *audit, *announcing, self.admission.run)
        others = [asyncio.create_task(_turn(loop), name=_name(loop)) for loop in turning]
        for running in (writing, *others):
            running.add_done_callback(_end_process_on_accident)
        try:
            yield
        finally:
            await end(*others[2:])
            await self.bus.stop()
            await end(*others[:2])
            self.writer.close()
            await writing
            await self.database.close()

    def _after(self) -> Iterator[AfterCommit[M]]:
        yield self._wake_relay
        if (announcing := self.announcing) is not None:
            yield lambda unit: announcing.announce(unit.announced)

    def _wake_relay(self, unit: object) -> None:
        self.relay.wake(unit)  # type: ignore[arg-type]  # units of this very service


async def _turn(loop: Loop) -> None:
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return await loop()
        except DATABASE_ERRORS as error:
            log.warning("loop.paused", loop=_name(loop), error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def _name(loop: Loop) -> str:
    return getattr(loop, "__qualname__", "loop")


def _end_process_on_accident(ended: asyncio.Task[None]) -> None:
    if not ended.cancelled() and (error := ended.exception()) is not None:
        log.error("loop.died", loop=ended.get_name(), error=type(error).__name__, exc_info=error)
        os.kill(os.getpid(), signal.SIGTERM)
