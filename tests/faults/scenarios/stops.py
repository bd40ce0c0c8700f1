"""Processes stand still or are told to end, clocks jump, and databases are held by others, while people act."""

from __future__ import annotations

import random

from tests.faults.kinds.clocks import JUMPS
from tests.faults.kinds.databases import LOCKS, POSTGRES_FAULTS
from tests.faults.kinds.stops import POSTGRES_STOPS, STOPS, TERMS
from tests.faults.load import Load
from tests.faults.report import Report
from tests.faults.site import open_site
from tests.faults.striking import strike_in_turn

SECONDS = 120.0
DATABASES = ("sqlite", "postgresql")


async def play(report: Report, dice: random.Random, seconds: float) -> None:
    """What halts and what returns."""
    faults = [*STOPS, POSTGRES_STOPS, *TERMS, *JUMPS, *LOCKS, *POSTGRES_FAULTS]
    async with open_site(report.directory, report.database) as site, Load(site, dice) as load:
        await strike_in_turn(report, site, load, faults, dice, seconds)
