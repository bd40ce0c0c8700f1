"""Two processes of each service on one PostgreSQL, people spread over them: one at a time dies or stands still."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.layout import Layout
from shared.contracts.flows import SERVICES
from tests.faults.fault import Fault
from tests.faults.grounds.brokers import one_broker
from tests.faults.grounds.fleet import FleetSite, open_fleet
from tests.faults.kinds.kills import Killed
from tests.faults.kinds.replicas import PublisherKilled
from tests.faults.kinds.stops import Stopped
from tests.faults.kinds.taps import TappedAgain
from tests.faults.load import Load
from tests.faults.report import Report
from tests.faults.striking import strike_in_turn
from tests.servers import PostgresServer

SECONDS = 100.0
DATABASES = ("postgresql",)
EACH = 2


async def play(report: Report, dice: random.Random, seconds: float) -> None:
    """Kill, stop and kill the one that publishes, of each service in turn."""
    async with replicated_site(report) as site:
        faults: list[Fault] = [TappedAgain(report), *(PublisherKilled(service) for service in SERVICES)]
        for service in SERVICES:
            faults.append(Killed(f"{service}-{dice.randint(1, EACH)}"))
            faults.append(Stopped(f"{service}-{dice.randint(1, EACH)}"))
        async with Load(site, dice) as load:
            await strike_in_turn(report, site, load, faults, dice, seconds)


@asynccontextmanager
async def replicated_site(report: Report) -> AsyncIterator[FleetSite]:
    """Two processes of each service on a PostgreSQL and a broker of their own."""
    server = PostgresServer()
    await asyncio.to_thread(server.start)
    try:
        layout = Layout.at(report.directory / "stack")
        databases = {service: server.create(f"{service}_{secrets.token_hex(3)}") for service in SERVICES}
        async with (
            one_broker(layout) as broker,
            open_fleet(report.directory, layout, broker, databases, each=EACH) as fleet,
        ):
            yield FleetSite(report.directory, report.database, fleet, server, fleet=fleet)
    finally:
        await asyncio.to_thread(server.stop)
