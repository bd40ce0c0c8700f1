"""Which bug, on which ground, struck by what: each is played until a verification finds it, or for some rounds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.faults.fault import Fault, Refused
from tests.faults.grounds.mounts import GroundMissing
from tests.faults.grounds.power import power
from tests.faults.kinds.databases import Locked
from tests.faults.kinds.points import KilledAt
from tests.faults.kinds.power_cut import PowerCut, data_on
from tests.faults.kinds.taps import TappedAgain
from tests.faults.report import Report
from tests.faults.scenarios.replicas import replicated_site
from tests.faults.site import Site, open_site

OVERLAY = Path(__file__).parent / "overlay"

Ground = tuple[Site, Sequence[Fault]]
"""A stack with a bug in it, and what to strike it with."""


@dataclass(frozen=True)
class Plant:
    """One bug. ``stack`` gives it a stack; ``says`` is the bug in a few words."""

    name: str
    says: str
    database: str
    stack: Callable[[Report, str], AbstractAsyncContextManager[Ground]]


def overlaid(name: str) -> dict[str, str]:
    """The environment that lays a bug over the services."""
    return {"PYTHONPATH": str(OVERLAY), "FAULTS_PLANT": name}


def on_a_stack(*faults: Fault) -> Callable[[Report, str], AbstractAsyncContextManager[Ground]]:
    """An ordinary stack, struck by these in turn."""

    @asynccontextmanager
    async def stack(report: Report, name: str) -> AsyncIterator[Ground]:
        async with open_site(report.directory, report.database, environment=overlaid(name)) as site:
            yield site, faults

    return stack


@asynccontextmanager
async def under_power_cuts(report: Report, name: str) -> AsyncIterator[Ground]:
    """A stack on a disk whose power is cut."""
    try:
        with power() as ground:
            data = data_on(ground, report.directory)
            place = open_site(report.directory, report.database, environment=overlaid(name), data=data)
            async with place as site, AsyncExitStack() as stays:
                await asyncio.to_thread(ground.flush)
                yield site, [PowerCut(report, ground, stays, "always", "always")]
    except GroundMissing as missing:
        raise Refused(str(missing)) from missing


@asynccontextmanager
async def without_the_index_of_keys(report: Report, _name: str) -> AsyncIterator[Ground]:
    """Two processes of intake, and nothing in their database that says that a key is used once."""
    async with replicated_site(report) as site:
        engine = create_async_engine(site.fleet.databases["intake"])
        try:
            async with engine.begin() as connection:
                await connection.execute(text("ALTER TABLE door_keys DROP CONSTRAINT door_keys_pkey"))
                await connection.execute(text("CREATE INDEX door_keys_plain ON door_keys (key)"))
        finally:
            await engine.dispose()
        yield site, [TappedAgain(report)]


PLANTS = (
    Plant(
        "default_ack_policy",
        "messages are acknowledged as the library does by itself",
        "sqlite",
        on_a_stack(Locked("matcher"), Locked("notifier"), Locked("intake")),
    ),
    Plant("missing_unique_index", "nothing says that a key is used once", "postgresql", without_the_index_of_keys),
    Plant(
        "publish_before_commit",
        "events are published before the commit",
        "sqlite",
        on_a_stack(KilledAt("intake", "before_commit"), KilledAt("matcher", "before_commit")),
    ),
    Plant("synchronous_normal", "SQLite does not wait for the disk", "sqlite", under_power_cuts),
    Plant(
        "inbox_outside_the_transaction",
        "that a fact was heard is committed before its effects",
        "sqlite",
        on_a_stack(KilledAt("matcher", "after_commit"), KilledAt("notifier", "after_commit")),
    ),
)

CONTROLS = (
    Plant(
        "none",
        "no bug, struck by the same",
        "sqlite",
        on_a_stack(
            Locked("matcher"),
            KilledAt("intake", "before_commit"),
            KilledAt("matcher", "after_commit"),
            KilledAt("notifier", "after_commit"),
        ),
    ),
)
"""What must not be found: a suite that cries at everything proves as little as one that never does."""
