"""What one process of a service announces to those who watch is told to its other processes, over PostgreSQL (NOTIFY).

What is announced together is told together, a moment after the commits it comes from and in no transaction of theirs. A
word may be lost, with its process or with its connection: then every topic is announced once, when the connection is
back, and who watches looks now and then by themselves. With SQLite there are no other processes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.persistence.apart import Apart
from shared.persistence.engine import Database

GATHER_SECONDS = 0.05
ASK_SECONDS = 10.0
"""An idle connection is asked after so long whether it still is one."""
LONGEST = 7900
"""PostgreSQL takes less than 8000 bytes at a time."""


class Hub(Protocol):
    """Where those who watch in this process are told."""

    def announce(self, *topics: str) -> None:
        """These have changed."""

    def announce_all(self) -> None:
        """Any may have changed."""


class Announcing:
    """Tells one service's topics to ``hub`` and to the hubs of its other processes. A topic holds no space."""

    def __init__(self, database: Database, service: str, hub: Hub) -> None:
        self._database, self._apart = database, Apart(database)
        self._channel = f"changes of {service}"
        self._hub = hub
        self._untold: dict[str, None] = {}
        self._work = asyncio.Event()

    def announce(self, topics: Iterable[str]) -> None:
        """These have changed, and it is committed."""
        told = dict.fromkeys(topics)
        self._hub.announce(*told)
        if told and not self._database.is_sqlite:
            self._untold |= told
            self._work.set()

    async def run(self) -> None:
        """Tell and hear; returns at once where there is nobody else. Raises the errors of the database."""
        if self._database.is_sqlite:
            return
        async with aclosing(await self._apart.connect()) as connection:
            await self._listen(connection)
            self._hub.announce_all()
            while True:
                await self._tell(connection)

    async def _listen(self, connection: AsyncConnection) -> None:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        own = driver.get_server_pid()

        def hear(_connection: object, pid: int, _channel: str, topics: str) -> None:
            if pid != own:
                self._hub.announce(*topics.split(" "))

        await driver.add_listener(self._channel, hear)

    async def _tell(self, connection: AsyncConnection) -> None:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                await self._work.wait()
        except TimeoutError:
            await connection.execute(text("SELECT 1"))
            return
        await asyncio.sleep(GATHER_SECONDS)
        self._work.clear()
        topics, self._untold = list(self._untold), {}
        for words in _in_pieces(topics):
            await connection.execute(text("SELECT pg_notify(:to, :words)"), {"to": self._channel, "words": words})


def _in_pieces(topics: Iterable[str]) -> Iterator[str]:
    piece = ""
    for topic in topics:
        longer = f"{piece} {topic}" if piece else topic
        if len(longer.encode()) > LONGEST:
            yield piece
            longer = topic
        piece = longer
    yield piece
