"""What other processes of a service commit is announced in this one: whoever watches an order here hears of it.

Read from the outbox, which every process writes to: one small query a second, however many watch. A transaction may
commit after one that began later, and its rows then stand before others that were seen; so the last rows are looked at
again, and each is announced once. With SQLite there are no other processes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlalchemy import func, select
from sqlmodel import col

from shared.messaging.outbox import OutboxColumns
from shared.persistence.engine import Database

EVERY_SECONDS = 1.0
OVERLAP = 512
"""So many rows before the last are looked at again."""
MOST = 4096


class OthersCommits:
    """Looks at one service's outbox. ``announce``: what to tell; ids of what events are about."""

    def __init__(self, database: Database, outbox: type[OutboxColumns], announce: Callable[..., None]) -> None:
        self._database = database
        self._outbox = outbox
        self._announce = announce
        self._seen: set[int] = set()
        self._last: int | None = None

    async def run(self) -> None:
        """Look for ever; returns at once where there is nobody else. Raises the errors of the database."""
        while not self._database.is_sqlite:
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Announce what is new since the last look; the first look only sees where the outbox ends."""
        if self._last is None:
            self._last = await self._end()
            self._seen = {at for at, _ in await self._after(self._last - OVERLAP)}
            return
        rows = await self._after(self._last - OVERLAP)
        self._announce(*dict.fromkeys(about for at, about in rows if at not in self._seen))
        self._last = max([self._last, *(at for at, _ in rows)])
        self._seen = {at for at, _ in rows if at > self._last - OVERLAP}

    async def _end(self) -> int:
        async with self._database.reading() as session:
            return await session.scalar(select(func.max(col(self._outbox.position)))) or 0

    async def _after(self, last: int) -> list[tuple[int, str]]:
        position = col(self._outbox.position)
        page = select(position, col(self._outbox.about)).where(position > last).order_by(position).limit(MOST)
        async with self._database.reading() as session:
            return [(at or 0, about) for at, about in await session.execute(page)]
