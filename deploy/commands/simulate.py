"""``paidan simulate``: ways of asking volunteers compared, on the same days of the same community."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deploy.layout import DEFAULT_DEFINITION
from deploy.problems import StackProblem


class PolicyName(StrEnum):
    """The policies, and all of them."""

    ALL = "all"
    BROADCAST = "broadcast"
    ONE_BY_ONE = "one_by_one"
    FIXED_WAVES = "fixed_waves"
    OURS_ALONE = "ours_alone"
    OURS = "ours"


def simulate(
    days: Annotated[int, typer.Option(min=1, max=366, help="Days in which orders are placed.")] = 30,
    seed: Annotated[int, typer.Option(help="Every choice of everybody comes from it.")] = 1,
    orders_per_day: Annotated[float, typer.Option(min=0.1, help="Orders a day, on average over a week.")] = 60,
    policy: Annotated[PolicyName, typer.Option(help="How people are asked.")] = PolicyName.ALL,
    definition: Annotated[
        Path, typer.Option(metavar="FILE", help="The community's definition.", show_default="the county")
    ] = DEFAULT_DEFINITION,
    out: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the figures there as well.")] = None,
    ignore_all: Annotated[bool, typer.Option("--ignore-all", help="Nobody answers anything, ever.")] = False,
) -> None:
    """Simulate days of a community on matcher's own use cases, and print how each policy fares."""
    from deploy.simulate.behaviour import IGNORING, Assumptions  # noqa: PLC0415 - the other commands start faster
    from deploy.simulate.printing import (  # noqa: PLC0415 - so do those imports
        assumptions_table,
        console,
        figures_table,
        loop_table,
        progress,
    )
    from deploy.simulate.run import Plan, simulate_all  # noqa: PLC0415 - and so do these

    names = [one.value for one in PolicyName if policy in {one, PolicyName.ALL} and one is not PolicyName.ALL]
    file, assumed = definition.expanduser().resolve(), IGNORING if ignore_all else Assumptions()
    plans = [Plan(name, file, days, seed, orders_per_day, assumed) for name in names]
    terminal = console()
    with progress(terminal, names, days) as reached:
        runs = simulate_all(plans, reached)
    terminal.print(assumptions_table(assumed))
    terminal.print(figures_table(runs, f"paidan simulate: {days} days, {orders_per_day:g} orders a day, seed {seed}"))
    terminal.print(loop_table(runs))
    if out is not None:
        _write(out, json.dumps([ran.figures.as_json() for ran in runs], indent=1) + "\n")


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StackProblem(f"cannot write {file}: {error.strerror}") from None
