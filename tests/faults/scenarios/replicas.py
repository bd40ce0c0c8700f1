"""Two processes of each service on one PostgreSQL, people spread over them: one at a time dies or stands still."""

from __future__ import annotations

import asyncio
import random
import secrets

from deploy.layout import Layout
from shared.contracts.flows import SERVICES
from tests.faults.fault import Fault
from tests.faults.grounds.brokers import one_broker
from tests.faults.grounds.fleet import FleetSite, open_fleet
from tests.faults.kinds.kills import Killed
from tests.faults.kinds.replicas import PublisherKilled
from tests.faults.kinds.stops import Stopped
from tests.faults.load import Load
from tests.faults.report import Report
from tests.faults.striking import strike_in_turn
from tests.servers import PostgresServer

SECONDS = 120.0
DATABASES = ("postgresql",)
EACH = 2


async def play(report: Report, dice: random.Random, seconds: float) -> None:
    """Kill, stop and kill the one that publishes, of each service in turn."""
    server = PostgresServer()
    await asyncio.to_thread(server.start)
    try:
        await _play(report, dice, seconds, server)
    finally:
        await asyncio.to_thread(server.stop)


async def _play(report: Report, dice: random.Random, seconds: float, server: PostgresServer) -> None:
    layout = Layout.at(report.directory / "stack")
    databases = {service: server.create(f"{service}_{secrets.token_hex(3)}") for service in SERVICES}
    async with (
        one_broker(layout) as broker,
        open_fleet(report.directory, layout, broker, databases, each=EACH) as fleet,
    ):
        site = FleetSite(report.directory, report.database, fleet, server, fleet=fleet)
        faults: list[Fault] = [PublisherKilled(service) for service in SERVICES]
        for service in SERVICES:
            faults.append(Killed(f"{service}-{dice.randint(1, EACH)}"))
            faults.append(Stopped(f"{service}-{dice.randint(1, EACH)}"))
        async with Load(site, dice) as load:
            await strike_in_turn(report, site, load, faults, dice, seconds)
