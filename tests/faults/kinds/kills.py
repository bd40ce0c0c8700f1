"""Processes that die without a word: kill -9 at any moment."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from dataclasses import dataclass

from shared.contracts.flows import SERVICES
from tests.faults.fault import DATABASES, known
from tests.faults.site import Site

LONGEST_WAIT_SECONDS = 2.0


@dataclass(frozen=True)
class Killed:
    """kill -9 of one child, at a random moment while people act."""

    child: str
    kind: str = "kill"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``killed intake``."""
        return f"killed {self.child}"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Kill it, and be sure that it died."""
        await asyncio.sleep(dice.uniform(0, LONGEST_WAIT_SECONDS))
        os.kill(await site.living(self.child), signal.SIGKILL)


KILLED = [known(Killed(child)) for child in (*SERVICES, "nats")]
