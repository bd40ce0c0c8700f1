"""The replica that publishes for its service is lost: the other must go on where it was."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.faults.fault import Missed
from tests.faults.grounds.fleet import FleetSite
from tests.faults.site import Site

_HOLDER = """
SELECT client_port FROM pg_locks
JOIN pg_stat_activity USING (pid) JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND granted AND pg_database.datname = current_database()
"""
_SOCKET = re.compile(r"socket:\[(\d+)\]")


@dataclass(frozen=True)
class PublisherKilled:
    """kill -9 of the replica that holds the lead of its service's relay."""

    service: str
    kind: str = "kill"
    databases: tuple[str, ...] = ("postgresql",)

    @property
    def name(self) -> str:
        """``publishing intake killed``."""
        return f"publishing {self.service} killed"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Ask the database who leads, find the process by its port, kill it."""
        assert isinstance(site, FleetSite)
        await asyncio.sleep(dice.uniform(0, 2))
        ports = await _leading_ports(site.attached.stack.databases[self.service])
        mine = [one.name for one in site.fleet.replicas if one.service == self.service]
        for name in mine:
            pid = await site.living(name)
            if ports & set(_ports_of(pid)):
                os.kill(pid, signal.SIGKILL)
                return
        raise Missed("nobody led at that moment")


async def _leading_ports(url: str) -> set[int]:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return set((await connection.execute(text(_HOLDER))).scalars())
    finally:
        await engine.dispose()


def _ports_of(pid: int) -> Iterable[int]:
    """The local ports of a process's TCP connections."""
    sockets = {found[1] for name in Path(f"/proc/{pid}/fd").iterdir() if (found := _SOCKET.match(_target(name)))}
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[9] in sockets:
            yield int(words[1].partition(":")[2], 16)


def _target(name: Path) -> str:
    try:
        return str(name.readlink())
    except OSError:
        return ""
