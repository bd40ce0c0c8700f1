"""``paidan verify``: the invariants of the running stack; exit code 1 on a violation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.attached import attach
from deploy.commands.options import DATA, Data


def verify(
    ledger: Annotated[Path | None, typer.Option(metavar="FILE", help="JSON lines of every 201 a client saw.")] = None,
    quiet: Annotated[float, typer.Option(min=1, help="How long to wait for quiet, in seconds.")] = 60,
    data: Data = DATA,
) -> None:
    """Wait for quiet, then check the invariants over the data."""
    from deploy.verify.run import run_verify  # noqa: PLC0415 - the other commands start faster without it

    if not run_verify(attach(data), ledger, quiet):
        raise typer.Exit(1)
