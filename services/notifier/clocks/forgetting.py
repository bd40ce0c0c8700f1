"""Addresses of people who are gone are forgotten: whoever intake and matcher do not know any more."""

from __future__ import annotations

import asyncio

import structlog

from services.notifier.commands import Recipient
from services.notifier.queries import Reaching
from services.notifier.repository import Repository
from services.notifier.use_cases.preferring import Preferring
from shared.contracts.refusal import Unavailable
from shared.persistence.group_commit import GroupCommit

log = structlog.get_logger()

MOST = 256


class ForgettingClock:
    """Asks about everybody who gave an address, every now and then (wall time)."""

    def __init__(
        self, reaching: Reaching, preferring: Preferring, writer: GroupCommit[Repository], tick_seconds: float
    ) -> None:
        self._reaching = reaching
        self._preferring = preferring
        self._writer = writer
        self._tick = tick_seconds

    async def run(self) -> None:
        """Look for ever."""
        while True:
            try:
                await self.sweep()
            except Unavailable:  # nobody says who is gone: the next time
                log.info("addresses.unswept")
            await asyncio.sleep(self._tick)

    async def sweep(self) -> int:
        """Once; returns how many were forgotten. Raises ``Unavailable``."""
        gone, last = 0, None
        while people := await self._reaching.with_addresses(last, MOST):
            gone += await self._forget(people)
            last = people[-1]
        return gone

    async def _forget(self, people: list[Recipient]) -> int:
        reached = await self._reaching.people(await self._reaching.orders_of(people))
        gone = [one for one, known in reached.items() if not known.is_known]
        for one in gone:
            await self._writer.do(self._preferring.forget, one)
        if gone:
            log.info("addresses.forgotten", people=len(gone))
        return len(gone)
