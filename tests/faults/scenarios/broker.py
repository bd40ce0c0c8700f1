"""The broker goes away for two and a half minutes, and loses its disk and its streams, while people act."""

from __future__ import annotations

import random

from tests.faults.kinds.broker import (
    CUT_OFF,
    CUTS,
    OUTAGE,
    OUTAGE_SECONDS,
    SHORT_OUTAGE,
    STORE_LOST,
    STREAMS_LOST,
)
from tests.faults.load import Load
from tests.faults.report import Report
from tests.faults.site import open_site
from tests.faults.striking import strike_in_turn

SECONDS = 210.0
DATABASES = ("sqlite", "postgresql")


async def play(report: Report, dice: random.Random, seconds: float) -> None:
    """One long outage, where there is time for it, of another kind on each database; then short ones and losses."""
    async with open_site(report.directory, report.database, wired=True) as site, Load(site, dice) as load:
        if seconds >= SECONDS:
            outage = OUTAGE if report.database == "sqlite" else CUT_OFF
            await strike_in_turn(report, site, load, [outage], dice, 0)
            seconds -= OUTAGE_SECONDS + 30
        faults = [SHORT_OUTAGE, *CUTS, STORE_LOST, *STREAMS_LOST]
        await strike_in_turn(report, site, load, faults, dice, seconds)
