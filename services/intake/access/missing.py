"""Who looks for orders that are not there, or not theirs, waits longer each time; who has the right token never does.

Counted in the database by network, so that neither a restart nor another replica begins anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from fastapi import Request

from services.intake.access.finding import address_of
from services.intake.policies.missing import TooManyMisses
from services.intake.use_cases import UseCases
from services.intake.use_cases.missing import Missed
from shared.contracts.refusal import Unavailable
from shared.identity.codes import Codes
from shared.web.flooding import Flood, FloodLimits, neighbourhood

log = structlog.get_logger()

FORGET_SECONDS = 600.0
MOST_WAITING = 10_000
"""So many who wait are remembered here, to be refused without asking the database."""


def _wall_now() -> datetime:
    return datetime.now(UTC)


class MissingOrders:
    """Counts misses of those whose requests are counted at all (``floods``). ``wall`` is wall time."""

    def __init__(
        self,
        use_cases: UseCases,
        codes: Codes,
        floods: FloodLimits,
        wall: Callable[[], datetime] = _wall_now,
    ) -> None:
        self._writer, self._counting = use_cases.writer, use_cases.missing
        self._codes, self._counted, self._wall = codes, Flood(floods).is_counted, wall
        self._waiting: dict[str, datetime] = {}

    async def count(self, request: Request) -> None:
        """Somebody looked for what is not there, or not theirs. Raises ``TooManyMisses`` while they have to wait."""
        address, wall = address_of(request), self._wall()
        if not self._counted(address):
            return
        address_print = self._codes.print_of_address(neighbourhood(address))
        until = self._waiting.get(address_print, wall)
        if wall < until:
            raise TooManyMisses(until - wall)
        try:
            await self._writer.do(self._counting.count_misses, Missed(address_print, wall))
        except TooManyMisses as refusal:
            if len(self._waiting) >= MOST_WAITING:
                self._waiting.clear()
            self._waiting[address_print] = wall + timedelta(seconds=refusal.retry_after)
            raise
        except Unavailable:  # what is not there is said all the same
            log.info("misses.uncounted")

    async def forget(self) -> None:
        """Forget those who have not missed for a day, for ever."""
        while True:
            try:
                await self._writer.do(self._counting.forgive, self._wall())
            except Unavailable:  # the database is busy: the next time
                log.info("misses.kept")
            await asyncio.sleep(FORGET_SECONDS)
