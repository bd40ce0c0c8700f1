"""The power fails: every process is gone in one moment, and the disk has what was flushed."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from shared.community.clock import DomainClock
from tests.faults.fault import DATABASES
from tests.faults.grounds.power import Power
from tests.faults.report import Report
from tests.faults.site import Site
from tests.integration.deploy.stacks import up

FLUSHED = 0.5
"""Share of cuts before which the kernel has written out everything some seconds ago: then streams survive and lose
their last messages; else they may be gone, description and all."""
WORKED_SECONDS = (2.0, 6.0)


@dataclass(frozen=True)
class PowerCut:
    """A cut while the broker flushes every ``sync``; started again, it flushes every ``then``.

    ``stays`` ends the stack that is started afterwards.
    """

    report: Report
    ground: Power
    stays: AsyncExitStack
    sync: str
    then: str
    kind: str = "power cut"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``power cut, broker flushes always``."""
        return f"power cut, broker flushes {self.sync}"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Cut it, and start everything again on the disk as it is; returns when the stack says that it is ready."""
        if dice.random() < FLUSHED:
            await asyncio.to_thread(self.ground.flush)
        await asyncio.sleep(dice.uniform(*WORKED_SECONDS))
        stack = site.attached.stack
        clock, base = DomainClock.parse(stack.clock), port_base_of(stack.addresses["intake"])
        victims = [site.pid("supervisor"), *([site.postgres.pid] if site.postgres else [])]
        await asyncio.to_thread(self.ground.cut, victims)
        began = time.monotonic()
        if site.postgres is not None:
            site.postgres.end()
            await asyncio.to_thread(site.postgres.launch)
        environment = {**site.environment, "PAIDAN_NATS_SYNC_INTERVAL": self.then}
        on = ("--clock", f"{clock.now().isoformat()}@{clock.speed:g}")
        site.running = await self.stays.enter_async_context(up(site.data, base, *on, environment=environment))
        self.report.tell(f"{self.name}: ready {time.monotonic() - began:.1f} s after the power came back")


def data_on(ground: Power, directory: Path) -> Path:
    """A data directory on the disk, but for its keys: people sign with them while the disk is off for a moment."""
    data, keys = ground.place / "stack", directory / "keys"
    for place in (data, keys):
        place.mkdir(mode=0o700)
    (data / "keys").symlink_to(keys)
    return data


def port_base_of(intake: str) -> int:
    """The port base of a stack whose intake answers at this address."""
    return int(intake.rpartition(":")[2]) - 1
