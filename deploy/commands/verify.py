"""``paidan verify``: the invariants of the running stack; exit code 1 on a violation, 2 when it cannot look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.attached import attach
from deploy.commands.options import DATA, Data, duration
from deploy.problems import StackProblem

BROKEN, UNSEEN = 1, 2


def verify(
    ledger: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="JSON lines of every 201 a client saw: order_id, reference, key."),
    ] = None,
    quiet: Annotated[float, typer.Option(min=1, help="How long to wait for quiet, in seconds.")] = 60,
    under_load: Annotated[bool, typer.Option(help="Do not wait for quiet: what waits has to move.")] = False,
    since: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Read only orders placed within it, such as 7d, in full.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    data: Data = DATA,
) -> None:
    """Wait for quiet, then check the invariants over the data. Exit code 1: one is violated; 2: it could not look."""
    from deploy.verify.run import Wish, run_verify  # noqa: PLC0415 - the other commands start faster without it

    try:
        wish = Wish(None if under_load else quiet, duration(since) if since else None, as_json)
        holds = run_verify(attach(data), ledger, wish)
    except StackProblem as problem:
        typer.echo(f"paidan: {problem}", err=True)
        raise typer.Exit(UNSEEN) from None
    if not holds:
        raise typer.Exit(BROKEN)
