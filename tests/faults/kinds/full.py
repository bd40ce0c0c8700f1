"""Disks that are full: of the databases, and of the broker."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass

from sqlalchemy import func, select

from deploy.verify.evidence import opened
from deploy.verify.tables import INTAKE_OUTBOX
from tests.faults.fault import DATABASES, Missed
from tests.faults.grounds.asking import asking
from tests.faults.grounds.small_disk import SmallDisk
from tests.faults.report import Report
from tests.faults.site import Site

FULL_SECONDS = (6.0, 12.0)
LEFT = (0, 0, 4096, 32 * 1024, 256 * 1024)
"""Bytes left free at first: some of a transaction fits, or all of one and not the next."""
REFILL_SECONDS = 0.5


@dataclass(frozen=True)
class Full:
    """A small disk is filled under the stack, stays full for some seconds however much is tidied up, and is freed."""

    report: Report
    disk: SmallDisk
    whose: str
    kept: int = 0
    """Bytes that stay free: below what the services want before they take anything new, and enough to write."""
    kind: str = "full disk"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``disk of the databases full``."""
        return f"disk of the {self.whose} {'nearly ' if self.kept else ''}full"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Fill it, see what intake answers meanwhile, free it."""
        async with asking(site) as answers:
            try:
                await self._stay_full(dice)
                unsent = await _unsent(site)
            finally:
                await asyncio.to_thread(self.disk.relieve)
                _start_again(site)
        self.report.accepted += answers.statuses[201]
        for line, count in answers.wrong.items():
            self.report.violated(f"{self.name}: {count} times {line}")
        self._judge(answers.statuses[201], answers.statuses[503], unsent)

    async def _stay_full(self, dice: random.Random) -> None:
        await asyncio.to_thread(self.disk.fill, self.kept or dice.choice(LEFT))
        until = time.monotonic() + dice.uniform(*FULL_SECONDS)
        while time.monotonic() < until:
            await asyncio.sleep(REFILL_SECONDS)
            await asyncio.to_thread(self.disk.fill, self.kept)

    def _judge(self, accepted: int, refused: int, unsent: int) -> None:
        self.report.tell(f"{self.name}: {accepted} accepted, {refused} turned away, {unsent} events waited at intake")
        if self.whose == "databases":
            if not refused:
                raise Missed("nobody was turned away")
        elif not (accepted and unsent):
            self.report.violated(f"{self.name}: {accepted} accepted and {unsent} events kept for the broker")


async def _unsent(site: Site) -> int:
    """Events that wait for the broker."""
    async with opened(site.attached.stack.databases) as databases, databases.intake.reading() as session:
        waiting = select(func.count()).select_from(INTAKE_OUTBOX).where(INTAKE_OUTBOX.c.sent_at.is_(None))
        return await session.scalar(waiting) or 0


def _start_again(site: Site) -> None:
    """A PostgreSQL that gave up is started again, as its own supervisor would."""
    if site.postgres is not None and site.postgres.ended:
        site.postgres.launch()
