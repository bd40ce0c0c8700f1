"""A backup is made while people act; then everything is killed, and the backup is restored."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import select

from deploy.verify.evidence import opened, rows
from deploy.verify.tables import ORDERS
from shared.community.clock import DomainClock
from tests.faults.load import Load
from tests.faults.looking import broken, messages
from tests.faults.probe import recovered
from tests.faults.report import Report
from tests.faults.site import AFTERNOON, Site
from tests.integration.deploy.stacks import Up, alive, free_port_base, paidan, up
from tests.servers import PostgresServer
from tests.waiting import wait_for

SECONDS = 120.0
DATABASES = ("sqlite", "postgresql")

ORDERS_EACH = 25
"""Orders before the backup, after it, and after the restore."""
WITHIN_SECONDS = 120.0


async def play(report: Report, dice: random.Random, seconds: float) -> None:
    """Once, with people acting all the time."""
    async with databases(report.database) as environment:
        await once(report, dice, environment, ORDERS_EACH)


@asynccontextmanager
async def databases(kind: str) -> AsyncIterator[Mapping[str, str]]:
    """What names the databases, and PostgreSQL's programs, to every command; a server for them where it takes one."""
    if kind == "sqlite":
        yield {}
        return
    server = PostgresServer()
    await asyncio.to_thread(server.start)
    try:
        names = ("intake", "matcher", "notifier")
        yield {f"PAIDAN_{name.upper()}_DATABASE_URL": server.create(name) for name in names} | {
            "PAIDAN_PG_BIN": str(server.programs)
        }
    finally:
        await asyncio.to_thread(server.stop)


async def once(report: Report, dice: random.Random, environment: Mapping[str, str], orders: int) -> None:
    """Load, backup under load, more load, kill, restore, start: what was accepted is there or in the report."""
    data, shelf = report.directory / "stack", report.directory / "backups"
    async with _running(report, environment, data, AFTERNOON) as site, Load(site, dice) as load:
        await _accepted(load, orders)
        before = _ledger(site)
        made = await paidan("backup", str(shelf), "--reserve", "0", "--data", str(data), environment=environment)
        after = _ledger(site)
        report.tell((made.out or made.err).strip())
        await _accepted(load, orders)
        clock = DomainClock.parse(site.attached.stack.clock)
        await _kill_everything(site)
    everything = _ledger(site)
    report.accepted += len(everything)
    began = time.monotonic()
    restored = await paidan("restore", str(shelf), "--force", "--data", str(data), environment=environment)
    if made.code or restored.code:
        report.violated(f"backup and restore: {made.err} {restored.err}")
        return
    goes_on = f"{clock.now().isoformat()}@{clock.speed:g}"
    async with _running(report, environment, data, goes_on, "--empty") as site:  # the roster is in the backup
        await recovered(site)
        report.struck("restore of a backup", "restore", time.monotonic() - began)
        known = await _known(site)
        _compare(report, before, after, everything, known, _unknown(data))
        site.ledger.write_text("".join(line for order_id, line in everything.items() if order_id in known))
        async with Load(site, dice) as load:
            await _accepted(load, orders)
            async with load.held():
                report.found(await broken(site))
        report.accepted += load.accepted
    for notice_id, count in _messages(site).items():
        if count > 1:
            report.violated(f"notice {notice_id} went out {count} times")


def _compare(
    report: Report,
    before: Mapping[str, str],
    after: Mapping[str, str],
    everything: Mapping[str, str],
    known: set[str],
    unknown: set[str],
) -> None:
    """The report was made without the ledger, from what the old streams and databases tell."""
    wrong = {
        "accepted before the backup began, and not restored": set(before) - known,
        "accepted after it had ended, and restored": (set(everything) - set(after)) & known,
        "accepted, not restored, and not in the report": set(everything) - known - unknown,
        "restored, and in the report as unknown": known & unknown,
    }
    for what, order_ids in wrong.items():
        if order_ids:
            report.lost += len(order_ids)
            report.violated(f"{len(order_ids)} orders {what}: {sorted(order_ids)[:3]}")
    report.tell(f"{len(known)} orders are back, {len(unknown)} are in the report")


@asynccontextmanager
async def _running(
    report: Report, environment: Mapping[str, str], data: Path, clock: str, *options: str
) -> AsyncIterator[Site]:
    async with up(data, free_port_base(), "--clock", clock, *options, environment=environment) as running:
        yield Site(report.directory, report.database, running, environment=environment)


async def _accepted(load: Load, orders: int) -> None:
    wanted = load.accepted + orders

    async def there() -> bool:
        return load.accepted >= wanted

    await wait_for(there, WITHIN_SECONDS, f"{orders} orders to be accepted")


async def _kill_everything(site: Site) -> None:
    """The supervisor first, so that nothing is started again."""
    assert isinstance(site.running, Up)
    pids = list(site.running.stack.children.values())
    await site.running.end(signal.SIGKILL)
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    async def gone() -> bool:
        return not any(alive(pid) for pid in pids)

    await wait_for(gone, 30, "every process to be gone")


async def _known(site: Site) -> set[str]:
    async with opened(site.attached.stack.databases) as there:
        return {row.order_id async for row in rows(there.intake, select(ORDERS.c.order_id))}


def _ledger(site: Site) -> dict[str, str]:
    """The lines of the ledger by their orders."""
    lines = site.ledger.read_text(encoding="utf-8").splitlines(keepends=True) if site.ledger.exists() else []
    return {json.loads(line)["order_id"]: line for line in lines}


def _unknown(data: Path) -> set[str]:
    (report,) = data.glob("before-restore-*/report.jsonl")
    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    return {line["order_id"] for line in lines if line["what"] == "unknown"}


def _messages(site: Site) -> Counter[str]:
    """How often each message went out, before the restore and after it."""
    return Counter(notice.get("notice_id", "") for notice in messages(site))
