"""I9: the audits of the three services are what was written, to the last row that was ever said to be there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from deploy.verify.evidence import Databases
from deploy.verify.looking import Finding
from services.intake.models import Audited as AuditedByIntake
from services.matcher.models import Audited as AuditedByMatcher
from services.notifier.models import Audited as AuditedByNotifier
from shared.contracts.audit import What
from shared.identity.keys import KeyMissing, read_key
from shared.persistence.audit import AuditColumns, Seal
from shared.persistence.audit_clock import ANCHORED
from shared.persistence.checking import Checked, check_chain, missing
from shared.persistence.engine import Database

AUDITS: Mapping[str, type[AuditColumns]] = {
    "intake": AuditedByIntake,
    "matcher": AuditedByMatcher,
    "notifier": AuditedByNotifier,
}
_UNSAID = "no log says where it ends, so a cut would not be seen"
RULE = "the audits are whole, and end where they were last said to end"


@dataclass(frozen=True)
class Anchor:
    """Where an audit was said to end, in a log: ``at`` is wall time."""

    at: datetime
    sequence: int
    hash: str


async def audits_are_whole(databases: Databases, keys: Path, logs: Path) -> Finding:
    """Read every audit from its first row to its last, beside what the logs say of its ends.

    Lines name services and sequences, nobody. ``keys``: the folder with the key ``audit``; ``logs``: that of the
    services' logs.
    """
    try:
        key = read_key(keys, "audit")
    except KeyMissing:
        return Finding("I9", RULE, ["the key of the audits is not there, so nothing is known"])
    told = anchors(logs)
    broken: list[str] = []
    remarks: list[str] = []
    for service, database in databases.named().items():
        said = told.get(service, [])
        checked = await check_chain(database, AUDITS[service], Seal(service, key), {one.sequence for one in said})
        restored = await _restored(database, AUDITS[service])
        lines = [*checked.broken, *_ends(checked, said, restored)]
        broken += [f"{service}: {line}" for line in lines]
        remarks += () if said else (f"{service}: {_UNSAID}",)
    return Finding("I9", RULE, broken, remarks)


def anchors(logs: Path) -> Mapping[str, Sequence[Anchor]]:
    """What the logs say of the ends of audits, by service."""
    found: dict[str, list[Anchor]] = {}
    for path in sorted(logs.glob("*.log*")):
        for line in _lines(path):
            try:
                told = json.loads(line)
                anchor = Anchor(datetime.fromisoformat(told["timestamp"]), int(told["sequence"]), str(told["hash"]))
                found.setdefault(str(told["service"]), []).append(anchor)
            except (ValueError, KeyError, TypeError):
                continue  # a line torn by a power cut
    return found


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from (line for line in file if ANCHORED in line)


async def _restored(database: Database, table: type[AuditColumns]) -> Sequence[tuple[datetime, int]]:
    """When the database came back from a backup, each time, and the sequence of the row that says so."""
    found = select(col(table.at), col(table.sequence)).where(col(table.what) == What.RESTORED.value)
    async with database.reading() as session:
        return [(at, sequence) for at, sequence in await session.execute(found)]


def _ends(checked: Checked, said: Sequence[Anchor], restored: Sequence[tuple[datetime, int]]) -> Iterator[str]:
    """What was said to be there and is not. What a restore took back was said to be there before it."""
    binding = [one for one in said if not any(one.at < at and one.sequence >= place for at, place in restored)]
    beyond = max((one.sequence for one in binding), default=0)
    if beyond > checked.head.sequence:
        yield f"the end was cut off: {missing(checked.head.sequence + 1, beyond)}"
    for one in binding:
        if checked.wanted.get(one.sequence, one.hash) != one.hash:
            yield f"row {one.sequence} is not the one that was said to be there"
            return
