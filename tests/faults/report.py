"""What a scenario tells: faults, orders, recoveries and violations; and the summary of a whole run."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.table import Table

from deploy.demo.figures import percentile
from deploy.verify.run import Finding

LIMITS = {"kill": 10.0, "outage": 30.0}
"""Seconds that the 95th percentile of recoveries of a kind may take (the project's promise)."""


SHOWN = 5
_TWICE = re.compile(r"^\d+ notices |heard \d+ times")


@dataclass
class Report:
    """One scenario's account. ``directory`` is its own and empty; ``database`` what it is played on."""

    name: str
    database: str
    directory: Path
    seed: int
    say: Callable[[str], None] = print
    began: float = field(default_factory=time.monotonic)
    faults: Counter[str] = field(default_factory=Counter)
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    accepted: int = 0
    verified: int = 0
    lost: int = 0
    doubled: int = 0
    notices_doubled: int = 0

    def struck(self, fault: str, kind: str, seconds: float | None = None) -> None:
        """A fault was injected; ``seconds`` until the stack worked again, where that was measured."""
        self.faults[fault] += 1
        if seconds is not None:
            self.recoveries.setdefault(kind, []).append(seconds)

    def refused(self, fault: str, why: str) -> None:
        """This machine cannot inject a fault; said in the summary, once."""
        line = f"{fault}: {why}"
        if line not in self.refusals:
            self.refusals.append(line)
            self.tell(f"not possible here: {line}")

    def violated(self, line: str) -> None:
        """Something is not as it must be."""
        self.violations.append(line)
        self.tell(f"violation: {line}")

    def found(self, findings: Sequence[Finding], told_twice: Sequence[str] = ()) -> None:
        """What a verification found; ``told_twice``: messages that went out twice."""
        self.verified += 1
        for finding in findings:
            for line in finding.broken:
                self.lost += finding.invariant == "I1"
                self.doubled += finding.invariant == "I2"
                self.notices_doubled += finding.invariant == "I4" and _TWICE.search(line) is not None
            self._shown(finding)
        self.notices_doubled += len(told_twice)
        for line in told_twice:
            self.violated(line)

    def _shown(self, finding: Finding) -> None:
        for line in finding.broken[:SHOWN]:
            self.violated(f"{finding.invariant}: {line}")
        if len(finding.broken) > SHOWN:
            self.violated(f"{finding.invariant}: … and {len(finding.broken) - SHOWN} more")

    def tell(self, line: str) -> None:
        """One line of progress."""
        self.say(f"{time.monotonic() - self.began:5.0f} s {self.name} on {self.database}: {line}")


def summary(reports: Sequence[Report], seed: int, seconds: float) -> tuple[Table, list[str]]:
    """The whole run as a table, and every violation as a line."""
    table = Table(title="make faults", show_header=False)
    faults = sum((report.faults for report in reports), Counter[str]())
    recoveries: dict[str, list[float]] = {}
    for report in reports:
        for kind, values in report.recoveries.items():
            recoveries.setdefault(kind, []).extend(values)
    violations = [f"{report.name} on {report.database}: {line}" for report in reports for line in report.violations]
    violations += _late(recoveries)
    rows = {
        "seed": str(seed),
        "faults injected": str(sum(faults.values())),
        "by kind": "\n".join(f"{name} {count}" for name, count in sorted(faults.items())),
        "orders accepted": str(sum(report.accepted for report in reports)),
        "lost": str(sum(report.lost for report in reports)),
        "doubled (places taken twice)": str(sum(report.doubled for report in reports)),
        "notices doubled": str(sum(report.notices_doubled for report in reports)),
        "verified": f"{sum(report.verified for report in reports)} times",
        "recovery, s: p50 / p95 / max": "\n".join(_times(kind, recoveries[kind]) for kind in sorted(recoveries)),
        "not possible here": "\n".join(sorted({line for report in reports for line in report.refusals})) or "-",
        "violations": str(len(violations)),
        "machine": f"{os.cpu_count()} cores, load over fifteen minutes {os.getloadavg()[2]:.1f}",
        "seconds": f"{seconds:.0f}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table, violations


def _times(kind: str, values: Sequence[float]) -> str:
    figures = (percentile(values, 0.5), percentile(values, 0.95), max(values))
    return f"{kind} ({len(values)}): " + " / ".join(f"{value:.1f}" for value in figures)


def _late(recoveries: dict[str, list[float]]) -> list[str]:
    return [
        f"recovery after {kind}: p95 {found:.1f} s, and may take {limit:.0f} s"
        for kind, limit in LIMITS.items()
        if (found := percentile(recoveries.get(kind, ()), 0.95)) > limit
    ]
