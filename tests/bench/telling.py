"""What the rounds say: the table of peers, the goals, and the chart."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from rich.table import Table

from tests.bench.playing import NAMES, Outcome, Rounds

BAR, ROW, LEFT, WIDTH = 380, 26, 270, 760


@dataclass(frozen=True)
class Goal:
    """One row of the goals: the median over the rounds and the worst of them. ``most``: whether less is better."""

    what: str
    wanted: float
    median: float
    worst: float
    most: bool

    @property
    def met(self) -> bool:
        """Whether the median keeps it."""
        return self.median <= self.wanted if self.most else self.median >= self.wanted


def of(found: Rounds, name: str) -> list[Outcome]:
    """One peer's outcomes, a round each."""
    return [one for outcomes in found for one in outcomes if one.name == name]


def goals(found: Rounds) -> list[Goal]:
    """What can be said of the machinery at the peers' own work; ratios are taken within a round."""
    mine = of(found, "lean")

    def ratio(what: str, peer: str, wanted: float, value: Callable[[Outcome], float], *, most: bool) -> Iterable[Goal]:
        if theirs := of(found, peer):
            yield _goal(what, wanted, [value(a) / value(b) for a, b in zip(mine, theirs, strict=True)], most=most)

    def rate(one: Outcome) -> float:
        return one.rate

    return [
        *ratio("orders/s against the one-statement monolith", "statement", 1.7, rate, most=False),
        *ratio("orders/s against FastStream with a commit a message", "eventful", 12, rate, most=False),
        *ratio("orders/s against the group-commit monolith", "together", 0.8, rate, most=False),
        *ratio("CPU against the one-statement monolith, full load", "statement", 0.65, lambda one: one.cpu, most=True),
        *ratio("the same at 90 orders/s", "statement", 3, lambda one: one.steady_cpu, most=True),
        _goal("p99 at half load, ms", 100, [one.half_p99 for one in mine], most=True),
        *ratio("p50 at 90/s against FastStream", "eventful", 1, lambda one: one.steady_p50, most=True),
        _goal("messages that waited for ack_wait", 0, [float(one.waited or 0) for one in mine], most=True),
    ]


def _goal(what: str, wanted: float, values: Sequence[float], *, most: bool) -> Goal:
    return Goal(what, wanted, statistics.median(values), max(values) if most else min(values), most)


def table_of(found: Rounds) -> Table:
    """Medians over the rounds."""
    shown = Table(
        "peer",
        "orders/s",
        "CPU-s per 1,000",
        "p50/p99 ms at full load",
        "at half load",
        "at 90/s",
        title="POST to told volunteer, durable; medians",
    )
    for name in NAMES:
        if outcomes := of(found, name):
            shown.add_row(
                NAMES[name],
                f"{statistics.median(one.rate for one in outcomes):,.0f}",
                f"{statistics.median(one.cpu for one in outcomes):.2f}",
                _pair([(one.p50, one.p99) for one in outcomes]),
                _pair([(one.half_p50, one.half_p99) for one in outcomes]),
                _pair([(one.steady_p50, one.steady_p99) for one in outcomes]),
            )
    return shown


def goal_table(told: Sequence[Goal]) -> Table:
    """Each goal with its median and its worst round."""
    shown = Table(
        "goal", "wanted", "median", "worst round", "met", title="Our machinery at the peers' work, PostgreSQL"
    )
    for one in told:
        sign = "≤" if one.most else "≥"
        met = "yes" if one.met else "no"
        shown.add_row(one.what, f"{sign} {one.wanted:g}", f"{one.median:.2f}", f"{one.worst:.2f}", met)
    return shown


def chart(found: Rounds) -> str:
    """Orders a second as bars, an SVG that a README can show."""
    rates = {NAMES[name]: (name, of(found, name)) for name in NAMES if of(found, name)}
    medians = [
        (label, name, statistics.median(one.rate for one in outcomes)) for label, (name, outcomes) in rates.items()
    ]
    most, height = max(value for _, _, value in medians), ROW * len(medians) + 50
    rows = []
    for number, (label, name, value) in enumerate(medians):
        top, length = 40 + ROW * number, max(1, BAR * value / most)
        fill = "#b3261e" if name.startswith(("lean", "whole")) else "#8a8f98"
        rows.append(
            f'<text x="{LEFT - 8}" y="{top + 14}" text-anchor="end">{escape(label)}</text>'
            f'<rect x="{LEFT}" y="{top}" width="{length:.0f}" height="18" rx="3" fill="{fill}"/>'
            f'<text x="{LEFT + length + 6:.0f}" y="{top + 14}">{value:,.0f}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif"'
        f' font-size="13" fill="#1c1b1f"><rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
        f'<text x="16" y="24" font-size="15">Orders a second, from POST to told volunteer (median)</text>'
        f"{''.join(rows)}</svg>\n"
    )


def _pair(pairs: Sequence[tuple[float, float]]) -> str:
    return "/".join(f"{statistics.median(column):.0f}" for column in zip(*pairs, strict=True))
