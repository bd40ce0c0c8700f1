"""Faults strike one site in turn, for as long as a scenario has; after each small group, everything is verified."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Sequence

from tests.faults.fault import Fault, Missed, Refused
from tests.faults.load import Load
from tests.faults.looking import standing_still, verify
from tests.faults.probe import recovered
from tests.faults.report import Report
from tests.faults.site import Site

GROUP = 20
"""Faults between two verifications."""
STILL_SECONDS = 75.0
"""People try again all the time: when no order is accepted for so long, the stack stands still."""
_LOOK_SECONDS = 1.0


class Stopped(Exception):
    """Progress stopped: playing on would prove nothing."""


async def strike_in_turn(
    report: Report,
    site: Site,
    load: Load,
    faults: Sequence[Fault],
    dice: random.Random,
    seconds: float,
    *,
    group: int = GROUP,
) -> None:
    """Strike with each fault in turn, each round in another order, until the time is up; at least one whole round.

    Raises ``Stopped`` when the stack stands still, having told the report what of it does.
    """
    striking = asyncio.create_task(_strike(report, site, load, faults, dice, seconds, group))
    watching = asyncio.create_task(_watch(load))
    try:
        await asyncio.wait({striking, watching}, return_when=asyncio.FIRST_COMPLETED)
        done = striking if striking.done() else watching
        done.result()
    except AssertionError as error:
        await _tell_what_stands_still(report, site, str(error))
        raise Stopped(str(error)) from error
    finally:
        report.accepted += load.accepted - load.reported
        load.reported = load.accepted
        for one in (striking, watching):
            one.cancel()
        await asyncio.gather(striking, watching, return_exceptions=True)


async def strike(report: Report, site: Site, fault: Fault, dice: random.Random) -> None:
    """One fault, and how long the stack took to work again once its cause was gone."""
    try:
        await fault.strike(site, dice)
    except Refused as refused:
        report.refused(fault.name, str(refused))
        return
    except Missed as missed:
        report.tell(f"{fault.name} came to nothing: {missed}")
        return
    seconds = await recovered(site)
    report.struck(fault.name, fault.kind, seconds)
    report.tell(f"{fault.name}, works again after {seconds:.1f} s")


async def _strike(
    report: Report,
    site: Site,
    load: Load,
    faults: Sequence[Fault],
    dice: random.Random,
    seconds: float,
    group: int,
) -> None:
    deadline = time.monotonic() + seconds
    since = 0
    chosen = [one for one in faults if site.database in one.databases]
    for number, fault in enumerate(_rounds(chosen, dice)):
        if number >= len(chosen) and time.monotonic() > deadline:
            break
        await strike(report, site, fault, dice)
        since += 1
        if since == group:
            since = 0
            await verify(report, site, load)
            report.tell(f"verified: {load.accepted} orders, {load.figures.closed} closed")
    if since:
        await verify(report, site, load)
        report.tell(f"verified at the end: {load.accepted} orders, {load.figures.closed} closed")


def _rounds(faults: Sequence[Fault], dice: random.Random) -> Iterator[Fault]:
    while faults:
        yield from dice.sample(faults, len(faults))


async def _watch(load: Load) -> None:
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if not load.holding and time.monotonic() - load.progressed > STILL_SECONDS:
            raise AssertionError(f"no order was accepted for {STILL_SECONDS:.0f} s")


async def _tell_what_stands_still(report: Report, site: Site, why: str) -> None:
    report.violated(f"stands still: {why} (seed {report.seed})")
    for line in await standing_still(site):
        report.tell(line)
