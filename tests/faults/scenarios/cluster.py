"""Services on a broker of three nodes, of which the leaders are lost one after another while people act."""

from __future__ import annotations

import random
import signal

from deploy.layout import Layout
from shared.contracts.flows import SERVICES, stream_of
from tests.faults.grounds.brokers import cluster_broker
from tests.faults.grounds.fleet import FleetSite, open_fleet
from tests.faults.kinds.leaders import LeaderLost
from tests.faults.load import Load
from tests.faults.report import Report
from tests.faults.striking import strike_in_turn

SECONDS = 100.0
DATABASES = ("sqlite",)
"""The broker is what is tried: with one process of each service, the other database makes no difference to it."""


async def play(report: Report, dice: random.Random, seconds: float) -> None:
    """Each stream's leader is killed, and one stands still, in turn."""
    layout = Layout.at(report.directory / "stack")
    databases = {service: layout.database_url(service) for service in SERVICES}
    async with (
        cluster_broker(report.directory / "cluster", layout) as broker,
        open_fleet(report.directory, layout, broker, databases, each=1) as fleet,
    ):
        site = FleetSite(report.directory, report.database, fleet, fleet=fleet)
        faults = [LeaderLost(broker, stream_of(service), signal.SIGKILL) for service in SERVICES]
        faults.append(LeaderLost(broker, stream_of("intake"), signal.SIGSTOP))
        async with Load(site, dice) as load:
            await strike_in_turn(report, site, load, faults, dice, seconds)
            await broker.whole()
