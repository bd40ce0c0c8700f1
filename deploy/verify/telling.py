"""What a verification found, for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from deploy.verify.looking import Finding

SHOWN = 10
"""So many violations of one rule are printed."""


@contextmanager
def progress(*, silent: bool) -> Iterator[Callable[[str], None]]:
    """Says on a terminal what is being looked at."""
    console = Console(stderr=True)
    if silent or not console.is_terminal:
        yield lambda _: None
        return
    with console.status("") as status:
        yield status.update


def print_table(findings: Sequence[Finding]) -> None:
    """A line for each rule, then what breaks it and what is remarked."""
    table = Table("invariant", "rule", "result", title="paidan verify")
    for finding in findings:
        count = len(finding.broken)
        table.add_row(finding.invariant, finding.rule, f"[red]{count} violations[/red]" if count else "holds")
    console = Console()
    console.print(table)
    for finding in findings:
        for line in finding.broken[:SHOWN]:
            console.print(f"{finding.invariant}: {line}", markup=False, highlight=False)
        if len(finding.broken) > SHOWN:
            console.print(f"{finding.invariant}: … and {len(finding.broken) - SHOWN} more", markup=False)
        for line in finding.remarks[:SHOWN]:
            console.print(f"{finding.invariant}, remarked: {line}", markup=False, highlight=False)


def print_json(findings: Sequence[Finding]) -> None:
    """One JSON object: ``{holds, findings: [{invariant, rule, broken, remarks}]}``, every violation in it."""
    told = {
        "holds": not any(finding.broken for finding in findings),
        "findings": [
            {
                "invariant": finding.invariant,
                "rule": finding.rule,
                "broken": list(finding.broken),
                "remarks": list(finding.remarks),
            }
            for finding in findings
        ],
    }
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
