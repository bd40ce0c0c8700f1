"""Looking from outside: the invariants after quiet, messages that went out twice, and what stands still."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx2

from deploy.verify.bus import backlog
from deploy.verify.evidence import opened
from deploy.verify.run import Finding, connect
from deploy.verify.run import verify as verify_once
from shared.contracts.flows import SERVICES
from tests.faults.load import Load
from tests.faults.report import Report
from tests.faults.site import Site
from tests.integration.deploy.stacks import logs

QUIET_SECONDS = 60.0
_FIGURES = str.maketrans("", "", "0123456789")
LOOKS = 2
"""Clocks run on while somebody looks: only what each of so many looks finds is broken."""


async def verify(report: Report, site: Site, load: Load) -> None:
    """Let people stand still, wait for quiet, and check every invariant; the report hears what is broken."""
    async with load.held():
        report.found(await broken(site), told_twice(site))
    for broken_door, count in load.doors.broken.items():
        report.violated(f"{count} times {broken_door}")
    load.doors.broken.clear()
    for what, count in load.wrong.items():
        report.violated(f"{count} times somebody was left standing: {what}")
    load.wrong.clear()


async def broken(site: Site, quiet: float = QUIET_SECONDS) -> list[Finding]:
    """Invariants that do not hold, with what breaks them; empty when all is well."""
    ledger = site.ledger if site.ledger.exists() else None
    found = await verify_once(site.attached, ledger, quiet)
    for _ in range(LOOKS - 1):
        if any(finding.broken for finding in found):
            found = _in_both(found, await verify_once(site.attached, ledger, quiet))
    return [finding for finding in found if finding.broken]


def told_twice(site: Site) -> list[str]:
    """Messages that somebody got twice: the demonstration's notice file has each that went out."""
    told: Counter[tuple[str, ...]] = Counter()
    for notice in messages(site):
        if "notice_id" in notice:
            who = notice["recipient"]
            told[notice["order_id"], notice["kind"], str(notice["version"]), who["role"], who["id"]] += 1
    return [f"{count} messages of {' '.join(what)}" for what, count in told.items() if count > 1]


def messages(site: Site) -> list[dict[str, Any]]:
    """Every message that went out. What a power cut leaves of a last line is none: notifier takes it away."""
    file = site.layout.notice_file
    *whole, _ = file.read_bytes().split(b"\n") if file.exists() else [b""]
    return [json.loads(line) for line in whole]


async def standing_still(site: Site) -> list[str]:
    """What waits, who is not ready, and the last lines of each log."""
    lines: list[str] = []
    try:
        connection = await connect(site.attached)
        try:
            async with opened(site.attached.stack.databases) as databases:
                lines += (await backlog(databases, connection.jetstream(timeout=5))).lines()
        finally:
            await connection.close()
    except Exception as error:  # noqa: BLE001 - whatever hides it is what stands still
        lines.append(f"the broker or a database cannot be asked: {error!r}")
    async with httpx2.AsyncClient(timeout=5.0, trust_env=False) as http:
        for service in SERVICES:
            try:
                answer = await http.get(f"{site.attached.url(service)}/readyz")
                lines.append(f"{service} {answer.status_code}: {answer.text[:300]}")
            except httpx2.HTTPError as error:
                lines.append(f"{service} does not answer: {type(error).__name__}")
    return [*lines, *logs(site.data)]


def _in_both(one: Sequence[Finding], other: Sequence[Finding]) -> list[Finding]:
    again = {(finding.invariant, finding.rule.translate(_FIGURES)): set(finding.broken) for finding in other}
    return [
        Finding(first.invariant, first.rule, [line for line in first.broken if line in again[first.invariant, rule]])
        for first in one
        if (rule := first.rule.translate(_FIGURES))
    ]
