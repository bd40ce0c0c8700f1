"""``paidan rebuild``: streams and read models again from the databases."""

from __future__ import annotations

from typing import Annotated

import typer

from deploy.attached import attach
from deploy.commands.options import DATA, Data


def rebuild(
    everything: Annotated[
        bool, typer.Option("--everything", help="Publish every event a stream keeps again, not only what it lacks.")
    ] = False,
    quiet: Annotated[float, typer.Option(min=1, help="How long to wait until all is heard, in seconds.")] = 60,
    data: Data = DATA,
) -> None:
    """Make streams and read models again from the databases, while the stack runs. Running it twice is harmless.

    Exit code 0: all of them are whole. 1: something could not be put right, with a line for each.
    """
    from deploy.rebuild.run import run_rebuild  # noqa: PLC0415 - the other commands start faster without it

    if not run_rebuild(attach(data), everything, quiet):
        raise typer.Exit(1)
