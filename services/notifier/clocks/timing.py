"""What time calls for, in domain time: notices that were planned, and what is said every day or week."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog

from services.notifier.commands import GiveRound
from services.notifier.policies.kinds import DESK_SUMMARY, WEEKLY_THANKS
from services.notifier.queries.rounds import RoundQueries
from services.notifier.repository import Repository
from services.notifier.use_cases.timing import Timing
from shared.community.clock import DomainClock
from shared.community.local import LocalTime
from shared.contracts.refusal import Unavailable
from shared.persistence.group_commit import GroupCommit

log = structlog.get_logger()

MOST = 256
SUNDAY = 6
LATEST = timedelta(hours=12)
"""What is said once a week is not said later than this: on another day it would not be true."""


@dataclass(frozen=True)
class Hours:
    """On the local clock: when coordinators hear how their desks stand, and when volunteers are thanked."""

    desk_at: time
    thanks_at: time


class TimeClock:
    """Makes what is due. ``tick_seconds``: how often it looks (domain time)."""

    def __init__(
        self,
        timing: Timing,
        queries: RoundQueries,
        writer: GroupCommit[Repository],
        local: LocalTime,
        clock: DomainClock,
        hours: Hours,
        tick_seconds: float,
    ) -> None:
        self._timing = timing
        self._queries = queries
        self._writer = writer
        self._local = local
        self._clock = clock
        self._hours = hours
        self._tick = tick_seconds
        self._given: dict[str, int] = {}

    async def sweep(self, now: datetime) -> int:
        """Make what is due by ``now`` (domain time); returns how many planned notices that was."""
        made = await self._writer.do(self._timing.make_due, MOST)
        await self._give_rounds(now)
        return made

    async def run(self) -> None:
        """Sweep for ever."""
        while True:
            made = 0
            try:
                made = await self.sweep(self._clock.now())
            except Unavailable:  # the database is busy: what is due stays due
                log.info("time.unswept")
            await asyncio.sleep(0.0 if made == MOST else self._clock.wall_seconds(self._tick))

    async def _give_rounds(self, now: datetime) -> None:
        at = now.astimezone(self._local.zone)
        today = at.date().toordinal()
        if at.time() >= self._hours.desk_at and self._local.works_on(at.date()):
            await self._give(DESK_SUMMARY, today, now)
        since_thanks = now - at.replace(
            hour=self._hours.thanks_at.hour, minute=self._hours.thanks_at.minute, second=0, microsecond=0
        )
        if at.weekday() == SUNDAY and timedelta(0) <= since_thanks < LATEST:
            await self._give(WEEKLY_THANKS, today, now)

    async def _give(self, kind: str, number: int, now: datetime) -> None:
        if self._given.get(kind, 0) >= number:
            return
        week = timedelta(days=7)
        found = await (self._queries.desks(now) if kind == DESK_SUMMARY else self._queries.served(now - week, now))
        given = bool(found) and await self._writer.do(self._timing.give_rounds, GiveRound(kind, number, tuple(found)))
        self._given[kind] = number
        if given:
            log.info("round.given", kind=kind, people=len(found))
