"""Services that die at a named point of their work, as often as there are points to die at."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from pathlib import Path

from shared.contracts.flows import SERVICES
from tests.faults.fault import DATABASES, Missed, known
from tests.faults.site import Site
from tests.waiting import wait_for

POINTS = (
    "before_commit",
    "after_commit",
    "before_answer",
    "before_publish",
    "after_publish",
    "before_ack",
    "after_ack",
)
SWEPT = 8
"""The first to the so-manieth time a process comes to the point."""
COMES_SECONDS = 15.0


@dataclass(frozen=True)
class KilledAt:
    """A service kills itself when it comes to a point for the nth time (tests/faults/overlay)."""

    service: str
    point: str
    kind: str = "kill"
    databases: tuple[str, ...] = DATABASES

    @property
    def name(self) -> str:
        """``matcher killed after commit``."""
        return f"{self.service} killed {self.point.replace('_', ' ')}"

    async def strike(self, site: Site, dice: random.Random) -> None:
        """Arm the point, and wait until the process died there."""
        pid = await site.living(self.service)
        arm = site.armory / f"{self.service}.arm"
        _write(arm, f"{self.point} {dice.randint(1, SWEPT)} {pid}")

        async def died() -> bool:
            return not _exists(arm)

        try:
            await wait_for(died, COMES_SECONDS, f"{self.service} to come {self.point}")
        except AssertionError as error:
            arm.unlink(missing_ok=True)
            raise Missed(str(error)) from error


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    draft.replace(path)


def _exists(path: Path) -> bool:
    return os.path.lexists(path)


AT_POINTS = [
    known(KilledAt(service, point))
    for service in SERVICES
    for point in POINTS
    if not (service == "notifier" and point == "before_answer")  # nobody asks it to do anything
]
