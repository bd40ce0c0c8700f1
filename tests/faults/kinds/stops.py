"""Processes that stand still for a while and go on, and such that are told to end and are started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shared.contracts.flows import SERVICES
from tests.faults.fault import DATABASES, known
from tests.faults.site import Site

STANDS_SECONDS = (5.0, 12.0)
"""Less than the supervisor's patience: it is the stack that has to cope, not the supervisor."""


@dataclass(frozen=True)
class Stopped:
    """SIGSTOP of one child for some seconds, then SIGCONT."""

    child: str
    kind: str = "stop"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``stopped matcher``."""
        return f"stopped {self.child}"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Stop it, wait, let it go on."""
        await _stand_still([await site.living(self.child)], dice.uniform(*STANDS_SECONDS))


@dataclass(frozen=True)
class StoppedPostgres:
    """SIGSTOP of PostgreSQL with every one of its processes."""

    name: str = "stopped postgresql"
    kind: str = "stop"
    databases: tuple[str, ...] = ("postgresql",)

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Stop all of it, wait, let it go on."""
        assert site.postgres is not None
        await _stand_still([site.postgres.pid, *children_of(site.postgres.pid)], dice.uniform(*STANDS_SECONDS))


@dataclass(frozen=True)
class Terminated:
    """SIGTERM of one child, as a rolling restart does."""

    child: str
    kind: str = "kill"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``terminated intake``."""
        return f"terminated {self.child}"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Tell it to end; it finishes what it took, and another is started in its place."""
        await asyncio.sleep(dice.uniform(0, 1))
        pid = await site.living(self.child)
        os.kill(pid, signal.SIGTERM)
        await site.replaced(self.child, pid)


def children_of(pid: int) -> list[int]:
    """The processes a process has started, and theirs."""
    found = []
    for child in _read(Path(f"/proc/{pid}/task/{pid}/children")):
        found += [child, *children_of(child)]
    return found


def _read(path: Path) -> Iterable[int]:
    with contextlib.suppress(OSError):
        return [int(word) for word in path.read_text().split()]
    return []


async def _stand_still(pids: list[int], seconds: float) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


STOPS = [known(Stopped(child)) for child in (*SERVICES, "nats")]
POSTGRES_STOPS = known(StoppedPostgres())
TERMS = [known(Terminated(child)) for child in (*SERVICES, "nats")]
