"""The demonstration's closing figures: counted while it runs, printed at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from rich.table import Table

from deploy.demo.doors import Heard


@dataclass
class Figures:
    """What happened to the orders. ``answers`` by verb; ``yeses`` and other times by what came of them at once;
    ``from_pool``: asked for by somebody who was not asked. ``assigned_seconds``: wall time from placing to somebody
    having it. ``calls`` by purpose and result; ``extensions``: asked for, and what the resident said.
    """

    placed: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    yeses: Counter[str] = field(default_factory=Counter)
    from_pool: int = 0
    called_up: int = 0
    named: int = 0
    reopened: int = 0
    resolved_by_coordinator: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    verdicts_by_phone: int = 0
    joined: int = 0
    verdicts_of_joined: int = 0
    taken_in_person: int = 0
    extensions: Counter[str] = field(default_factory=Counter)
    fallen_ill: int = 0
    assigned_seconds: list[float] = field(default_factory=list)
    whole_seconds: list[float] = field(default_factory=list)

    @property
    def closed(self) -> int:
        """Orders that ended with an outcome."""
        return sum(count for name, count in self.ended.items() if name.startswith("closed"))

    @property
    def held(self) -> int:
        """Orders a coordinator holds at the end."""
        return self.ended["held"]


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0 for no values."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0


def closing_table(figures: Figures, heard: Heard, seconds: float) -> Table:
    """The figures as a table, one line each."""
    table = Table(title="paidan demo", show_header=False)
    answers = ", ".join(f"{status}: {count}" for status, count in sorted(heard.statuses.items(), key=str))
    rows = {
        "orders followed": str(figures.placed),
        "closed": str(figures.closed),
        "held by a coordinator": str(figures.held),
        "by outcome": ", ".join(f"{name} {count}" for name, count in sorted(figures.ended.items())),
        "offers answered": f"{figures.asked}: " + _shares(figures.answers),
        "what came of it at once": _shares(figures.yeses),
        "asked for in the pool": str(figures.from_pool),
        "call-ups / members named": f"{figures.called_up} / {figures.named}",
        "resolved by a coordinator": str(figures.resolved_by_coordinator),
        "served in person": str(figures.taken_in_person),
        "more time": _shares(figures.extensions),
        "reopened": str(figures.reopened),
        "calls": _shares(figures.calls),
        "verdicts by phone": str(figures.verdicts_by_phone),
        "joined / with a verdict": f"{figures.joined} / {figures.verdicts_of_joined}",
        "volunteers fallen ill": str(figures.fallen_ill),
        "answers to POST /api/orders": answers or "-",
        "POST p50 / p99 ms": f"{percentile(heard.placing, 0.5):.1f} / {percentile(heard.placing, 0.99):.1f}",
        "placed → taken p50 / p95 s": _pair(figures.assigned_seconds),
        "placed → closed p50 / p95 s": _pair(figures.whole_seconds),
        "requests tried again": str(sum(heard.other_errors.values())),
        "seconds": f"{seconds:.1f}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _shares(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if name) or "-"


def _pair(values: Sequence[float]) -> str:
    return f"{percentile(values, 0.5):.2f} / {percentile(values, 0.95):.2f}"
