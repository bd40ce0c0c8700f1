"""A release step while people act: old and new side by side, the old ones gone, and back again on the new schema."""

from __future__ import annotations

import asyncio
import random
import sys
from dataclasses import replace
from pathlib import Path

from deploy.layout import Layout
from deploy.supervisor import side_by_side
from shared.contracts.flows import SERVICES
from tests.faults.grounds.brokers import one_broker
from tests.faults.grounds.fleet import Fleet, FleetSite, Replica, open_fleet
from tests.faults.grounds.next_release import make_next_release
from tests.faults.load import Load
from tests.faults.looking import verify
from tests.faults.probe import recovered
from tests.faults.report import Report
from tests.ports import free_port
from tests.servers import PostgresServer

SECONDS = 60.0
DATABASES = ("postgresql",)
"""SQLite takes one process at a time: there, a step is a stop and a start (docs/upgrading.md)."""


async def play(report: Report, dice: random.Random, seconds: float) -> None:
    """Notifier, matcher, intake; forwards, then back; verified with both, and with each alone."""
    tree = await asyncio.to_thread(make_next_release, report.directory / "next")
    layout = Layout.at(report.directory / "stack")
    server = PostgresServer()
    await asyncio.to_thread(server.start)
    try:
        databases = {service: server.create(service) for service in SERVICES}
        async with (
            one_broker(layout) as broker,
            open_fleet(report.directory, layout, broker, databases, each=1) as fleet,
        ):
            site = FleetSite(report.directory, report.database, fleet, fleet=fleet)
            async with Load(site, dice) as load:
                await _steps(report, site, load, fleet, tree, seconds)
                report.accepted += load.accepted
    finally:
        await asyncio.to_thread(server.stop)


async def _steps(report: Report, site: FleetSite, load: Load, fleet: Fleet, tree: Path, seconds: float) -> None:
    old = fleet.replicas
    new = tuple(Replica(one.service, 2, free_port()) for one in old)
    await asyncio.sleep(seconds / 5)
    await side_by_side(*(_migrate(fleet, one, tree) for one in new))
    for one in sorted(new, key=lambda each: SERVICES.index(each.service), reverse=True):
        await fleet.supervisor.start(replace(fleet.child(one), directory=tree, born=False))
        fleet.replicas = (*fleet.replicas, one)
    report.struck("old and new side by side", "upgrade", await recovered(site))
    await asyncio.sleep(seconds / 5)
    await verify(report, site, load)
    await _end(fleet, old)
    report.struck("the old release ended", "upgrade", await recovered(site))
    await asyncio.sleep(seconds / 5)
    again = tuple(Replica(one.service, 3, free_port()) for one in old)
    for one in again:
        await fleet.supervisor.start(fleet.child(one))
        fleet.replicas = (*fleet.replicas, one)
    await _end(fleet, new)
    report.struck("back on the new schema", "upgrade", await recovered(site))
    await asyncio.sleep(seconds / 5)
    await verify(report, site, load)
    report.tell(f"verified: {load.accepted} orders, {load.figures.closed} closed")


async def _migrate(fleet: Fleet, one: Replica, tree: Path) -> None:
    argv = (sys.executable, "-m", f"services.{one.service}", "migrate")
    await fleet.supervisor.run(one.name, argv, fleet.child(one).environment, tree)


async def _end(fleet: Fleet, going: tuple[Replica, ...]) -> None:
    """Taken out of the balance first, then told to end."""
    fleet.replicas = tuple(one for one in fleet.replicas if one not in going)
    await fleet.supervisor.end(*(one.name for one in going))
