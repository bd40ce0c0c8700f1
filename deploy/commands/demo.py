"""``paidan demo``: a live demonstration over the public APIs of the running stack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.attached import attach
from deploy.commands.options import DATA, Data


def demo(
    orders: Annotated[int, typer.Option(min=0, help="How many orders residents place.")] = 200,
    speed: Annotated[float, typer.Option(min=0.1, help="How much faster than people they act.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Every choice comes from it.")] = 1,
    resolve: Annotated[
        float, typer.Option(min=0, max=1, help="Share of orders a coordinator settles at once; the others stay held.")
    ] = 0.9,
    ledger: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Append a JSON line for each 201, for paidan verify.")
    ] = None,
    adopt: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also follow the placed orders of this ledger.")
    ] = None,
    data: Data = DATA,
) -> None:
    """Act as residents, volunteers and coordinators, with progress and closing figures."""
    from deploy.demo.run import Choices, run_demo  # noqa: PLC0415 - the other commands start faster without it

    run_demo(attach(data), orders, Choices(seed, speed, resolve), ledger, adopt)
