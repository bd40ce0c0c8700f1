"""Each process is killed again and again, while people act."""

from __future__ import annotations

import random

from tests.faults.kinds.calls import IN_CALLS
from tests.faults.kinds.kills import KILLED
from tests.faults.kinds.points import AT_POINTS
from tests.faults.load import Load
from tests.faults.report import Report
from tests.faults.site import open_site
from tests.faults.striking import strike_in_turn

SECONDS = 180.0
DATABASES = ("sqlite", "postgresql")


async def play(report: Report, dice: random.Random, seconds: float) -> None:
    """kill -9 at random moments, at named points and inside system calls."""
    async with open_site(report.directory, report.database) as site, Load(site, dice) as load:
        await strike_in_turn(report, site, load, [*KILLED, *AT_POINTS, *IN_CALLS], dice, seconds)
