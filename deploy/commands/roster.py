"""``paidan roster import``: units and volunteers from a CSV or XLSX file into the running matcher."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.attached import attach
from deploy.commands.options import DATA, Data
from deploy.posting import PostRefused, post_roster, row_errors

roster = typer.Typer(help="The roster of volunteers.", no_args_is_help=True)


@roster.callback()
def _only_a_group() -> None:
    """The roster of volunteers."""


@roster.command("import")
def import_roster(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX.")], data: Data = DATA
) -> None:
    """Import a roster: all of it, or nothing and every error by row and column."""
    stack = attach(data)
    try:
        answer = post_roster(stack.url("matcher"), stack.county_token(), file)
    except PostRefused as refused:
        for line in row_errors(refused.problem):
            typer.echo(line)
        raise
    told = f"imported {answer['volunteers']} volunteers: created {answer['created']} updated {answer['updated']}"
    typer.echo(told)
