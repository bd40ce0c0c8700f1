"""Clocks that jump: one service's domain time, or everybody's, is an hour ahead or behind for a while."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

from shared.community.clock import DomainClock
from shared.contracts.flows import SERVICES
from tests.faults.fault import DATABASES, known
from tests.faults.site import Site

JUMP_SECONDS = 3600.0
LASTS_SECONDS = (3.0, 8.0)


@dataclass(frozen=True)
class ClockJumps:
    """``hours`` (domain time) ahead or behind, by moving the wall clock that domain time is made from."""

    services: tuple[str, ...]
    hours: int
    kind: str = "clock"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``clock of matcher +1 h``."""
        whose = self.services[0] if len(self.services) == 1 else "all"
        return f"clock of {whose} {self.hours:+} h"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """There and, after some seconds, back again: both are jumps."""
        speed = DomainClock.parse(site.attached.stack.clock).speed
        files = [site.armory / f"{service}.clock" for service in self.services]
        try:
            for file in files:
                await asyncio.to_thread(file.write_text, str(self.hours * JUMP_SECONDS / speed))
            await asyncio.sleep(dice.uniform(*LASTS_SECONDS))
        finally:
            for file in files:
                file.unlink(missing_ok=True)


JUMPS = [
    known(ClockJumps(services, hours))
    for services in (*((service,) for service in SERVICES), SERVICES)
    for hours in (1, -1)
]
