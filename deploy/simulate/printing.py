"""A simulation on the terminal: how far it is, the figures of the policies side by side, what they assume."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from deploy.simulate.behaviour import Assumptions
from deploy.simulate.figures import Figures
from deploy.simulate.run import Ran, Reached

Shown = Callable[[Figures], str]


def _share(name: str) -> Shown:
    return lambda figures: f"{100 * getattr(figures, name):.1f} %"


def _pair(one: str, other: str) -> Shown:
    return lambda figures: f"{getattr(figures, one):.0f} / {getattr(figures, other):.0f}"


def _two(one: str, other: str) -> Shown:
    return lambda figures: f"{getattr(figures, one):.2f} / {getattr(figures, other):.2f}"


def _number(name: str, digits: int = 0) -> Shown:
    return lambda figures: f"{getattr(figures, name):.{digits}f}"


LINES: Sequence[tuple[str, Shown]] = (
    ("orders, urgent among them", _pair("orders", "urgent")),
    ("minutes until taken, p50 / p95", _pair("minutes_p50", "minutes_p95")),
    ("the same, urgent", _pair("urgent_minutes_p50", "urgent_minutes_p95")),
    ("asks per order", _number("asks_per_order", 2)),
    ("said yes to an ask", _share("yes_share")),
    ("taken by a volunteer", _share("taken")),
    ("taken from the pool", _share("taken_from_pool")),
    ("taken after a call-up", _share("taken_by_call_up")),
    ("unmatched", _share("unmatched")),
    ("unmatched, urgent", _share("urgent_unmatched")),
    ("settled by a volunteer", _share("settled_by_volunteer")),
    ("settled at the grid", _share("settled_at_grid")),
    ("settled above the grid", _share("settled_above")),
    ("never asked, all volunteers", _share("never_asked")),
    ("never asked, holders of posts", _share("holders_never_asked")),
    ("Gini of asks, all / holders", _two("gini_asks", "holders_gini_asks")),
    ("Gini of load, all / holders", _two("gini_load", "holders_gini_load")),
    ("Gini of asks / load, same skill", _two("peers_gini_asks", "peers_gini_load")),
    ("yeses in vain per person asked", _number("vain_yeses", 2)),
    ("expired offers", _number("expired_offers")),
    ("call-ups", _number("call_ups")),
    ("still open at the end", _number("open_at_the_end")),
    ("orders without a holder", _number("without_holder")),
)


WIDE = 120
"""Characters of a line where no terminal says how many there are."""


def console() -> Console:
    """The terminal, or a file wide enough for the tables."""
    found = Console()
    return found if found.is_terminal else Console(width=WIDE)


def figures_table(runs: Sequence[Ran], title: str) -> Table:
    """One column for each policy."""
    table = Table(Column(no_wrap=True), *(ran.figures.policy for ran in runs), title=title)
    for name, shown in LINES:
        table.add_row(name, *(shown(ran.figures) for ran in runs))
    table.add_row("seconds", *(f"{ran.seconds:.0f}" for ran in runs))
    return table


MEASURED = {"grid": "98.7 %", "answered": "129 of 129", "asked": "about 6", "solved": "96.5 %", "content": "96.9 %"}
"""What communities report of themselves (mission.md, "Numbers of the reference county")."""


def loop_table(runs: Sequence[Ran]) -> Table:
    """The numbers of the loop, beside those that were measured elsewhere."""
    table = Table(Column(no_wrap=True), *(ran.figures.policy for ran in runs), "elsewhere", title="the loop")
    for tier in runs[0].figures.closed_at:
        shares = [f"{100 * ran.figures.closed_at[tier]:.1f} %" for ran in runs]
        table.add_row(f"closed at the {tier}", *shares, MEASURED.get(tier, ""))
    lines: Sequence[tuple[str, Shown, str]] = (
        ("answered", _share("answered"), MEASURED["answered"]),
        ("minutes until somebody was asked, p50", _number("asked_minutes_p50"), MEASURED["asked"]),
        ("solved at the first go, of those who said (assumed)", _share("solved_at_once"), MEASURED["solved"]),
        ("fixed in the end, of those who said (assumed)", _share("content"), MEASURED["content"]),
    )
    for name, shown, measured in lines:
        table.add_row(name, *(shown(ran.figures) for ran in runs), measured)
    return table


def assumptions_table(assumed: Assumptions) -> Table:
    """Every assumption with its value and meaning."""
    table = Table("assumption", "value", "meaning", title="what the people of the simulation do")
    for line in assumed.lines():
        table.add_row(*line)
    return table


@contextmanager
def progress(shown: Console, policies: Sequence[str], days: int) -> Iterator[Reached]:
    """A bar for each policy, in days of its run."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=shown) as bars:
        bar = {policy: bars.add_task(policy, total=days) for policy in policies}
        yield lambda policy, day: bars.update(bar[policy], completed=day)
