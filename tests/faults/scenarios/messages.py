"""The broker hands out copies, disorder, whole streams once more and rubbish, while people act."""

from __future__ import annotations

import random

from tests.faults.kinds.broker import REPLAYS
from tests.faults.kinds.lies import FORGED, POISON
from tests.faults.kinds.messages import DISORDER, DUPLICATES
from tests.faults.load import Load
from tests.faults.report import Report
from tests.faults.site import open_site
from tests.faults.striking import strike_in_turn

SECONDS = 80.0
EARLY_SECONDS = 20.0
"""Ten minutes otherwise, longer than the whole scenario."""
DATABASES = ("sqlite", "postgresql")


async def play(report: Report, dice: random.Random, seconds: float) -> None:
    """Everything a stream can do to those who hear it."""
    faults = [*DUPLICATES, *DISORDER, *POISON, *FORGED, *REPLAYS]
    early = {"PAIDAN_EARLY_SECONDS": str(EARLY_SECONDS)}
    async with open_site(report.directory, report.database, environment=early) as site, Load(site, dice) as load:
        await strike_in_turn(report, site, load, faults, dice, seconds)
