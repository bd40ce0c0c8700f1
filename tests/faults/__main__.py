"""``python -m tests.faults``: play the fault scenarios; exit code 1 on any violation."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
from typing import Annotated, Literal

import typer
from rich.console import Console

from tests.faults.fault import DATABASES
from tests.faults.run import BESIDE, WHOLE_MINUTES, known_scenarios, run


def main(
    seed: Annotated[int, typer.Option(help="Every choice comes from it; 0 draws one.")] = 0,
    minutes: Annotated[float, typer.Option(min=0.1, help="About how long a whole run takes.")] = WHOLE_MINUTES,
    only: Annotated[str, typer.Option(metavar="NAMES", help="Only these scenarios, separated by commas.")] = "",
    database: Annotated[Literal["sqlite", "postgresql", "both"], typer.Option(help="What to play on.")] = "both",
    beside: Annotated[int, typer.Option(min=1, help="Scenarios that play at the same time.")] = BESIDE,
) -> None:
    """Strike real stacks with faults and verify from outside that nothing is lost and nothing happens twice."""
    chosen = [name for name in only.split(",") if name]
    names = {scenario.name for scenario in known_scenarios()}
    if unknown := set(chosen) - names:
        raise typer.BadParameter(f"no scenario {', '.join(sorted(unknown))}; there are {', '.join(sorted(names))}")
    databases = DATABASES if database == "both" else (database,)
    console = Console(soft_wrap=True)
    logging.getLogger("nats").setLevel(logging.CRITICAL)  # that the broker is away is what we wanted
    seed = seed or secrets.randbelow(2**31)
    console.print(f"seed {seed}", highlight=False)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us, the stacks end with us
    if not asyncio.run(run(seed, minutes, chosen, databases, console, beside)):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
