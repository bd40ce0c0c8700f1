"""The disk of the databases and the disk of the broker are filled to the last byte, in turn, while people act."""

from __future__ import annotations

import random
from pathlib import Path

from shared.contracts.flows import SERVICES
from tests.faults.fault import Refused
from tests.faults.grounds.mounts import GroundMissing
from tests.faults.grounds.small_disk import SmallDisk, small_disk
from tests.faults.kinds.full import Full
from tests.faults.load import Load
from tests.faults.report import Report
from tests.faults.site import open_site
from tests.faults.striking import strike_in_turn

SECONDS = 75.0
DATABASES = ("sqlite", "postgresql")
SIZES = {"sqlite": 128 * 1024**2, "postgresql": 768 * 1024**2}
BROKER_SIZE = 128 * 1024**2
LEAST = 10 * 1024**2
"""Bytes of room below which nothing new is taken, where that limit is on."""
LIMITED = 0.5
"""Share of plays with that limit; without it, it is the database that says that it is full."""


async def play(report: Report, dice: random.Random, seconds: float) -> None:
    """Fill and free both disks by turns. Raises ``Refused`` where nothing can be mounted."""
    try:
        with small_disk(SIZES[report.database]) as databases, small_disk(BROKER_SIZE) as broker:
            await _play(report, dice, seconds, databases, broker)
    except GroundMissing as missing:
        raise Refused(str(missing)) from missing


async def _play(report: Report, dice: random.Random, seconds: float, databases: SmallDisk, broker: SmallDisk) -> None:
    data = report.directory / "stack"
    data.mkdir()
    (broker.place / "nats").mkdir(mode=0o700)
    (data / "nats").symlink_to(broker.place / "nats")
    place, cluster = _on(databases, report.database)
    faults = [Full(report, databases, "databases"), Full(report, broker, "broker")]
    if report.database == "sqlite":  # how much room PostgreSQL has, only its own machine knows
        limited = dice.random() < LIMITED
        place |= {"PAIDAN_DISK_LEAST_BYTES": str(LEAST if limited else 0)}
        faults += [Full(report, databases, "databases", kept=LEAST // 2)] if limited else []
    async with (
        open_site(report.directory, report.database, environment=place, cluster=cluster) as site,
        Load(site, dice) as load,
    ):
        await strike_in_turn(report, site, load, faults, dice, seconds, group=2)


def _on(disk: SmallDisk, database: str) -> tuple[dict[str, str], Path | None]:
    """Where each service's database is: the environment for SQLite files, the folder of PostgreSQL's cluster."""
    if database == "postgresql":
        return {}, disk.place / "cluster"
    url = "sqlite+aiosqlite:///{}/{}.db"
    return {f"PAIDAN_{name.upper()}_DATABASE_URL": url.format(disk.place, name) for name in SERVICES}, None
