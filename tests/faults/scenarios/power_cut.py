"""The power is cut again and again under a stack whose databases and broker lie on one disk."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack

from tests.faults.fault import Refused
from tests.faults.grounds.mounts import GroundMissing
from tests.faults.grounds.power import Power, power
from tests.faults.kinds.power_cut import PowerCut, data_on
from tests.faults.load import Load
from tests.faults.report import Report
from tests.faults.site import open_site
from tests.faults.striking import strike_in_turn

SECONDS = 80.0
DATABASES = ("sqlite", "postgresql")
ALWAYS, AT_TIMES = "always", "2m"
"""How often the broker flushes: as the local stack has it, and as the server has it by default."""


async def play(report: Report, dice: random.Random, seconds: float) -> None:
    """Cut by turns with a broker that flushes always and one that does not. Raises ``Refused`` where nothing can be
    mounted."""
    try:
        with power() as ground:
            await _play(report, dice, seconds, ground)
    except GroundMissing as missing:
        raise Refused(str(missing)) from missing


async def _play(report: Report, dice: random.Random, seconds: float, ground: Power) -> None:
    until = time.monotonic() + seconds
    place = open_site(
        report.directory,
        report.database,
        environment={"PAIDAN_NATS_SYNC_INTERVAL": ALWAYS},
        data=data_on(ground, report.directory),
        cluster=ground.place / "cluster",
    )
    async with place as site, AsyncExitStack() as stays, Load(site, dice) as load:
        await asyncio.to_thread(ground.flush)  # the cluster was made without, and it is not what is tried
        cuts = [PowerCut(report, ground, stays, sync, then) for sync, then in ((ALWAYS, AT_TIMES), (AT_TIMES, ALWAYS))]
        while True:
            for cut in cuts:
                await strike_in_turn(report, site, load, [cut], dice, 0)
            if time.monotonic() > until:
                return
