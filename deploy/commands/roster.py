"""``paidan roster import``, ``coordinators`` and ``export``: units and volunteers, and who holds the coordinators'
offices, as a CSV or XLSX file, into the running matcher or out of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.attached import attach
from deploy.commands.options import DATA, Data
from deploy.posting import PostRefused, fetch_roster, post_coordinators, post_roster, row_errors, write_bytes
from deploy.problems import StackProblem

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
    typer.echo(f"{told}; {answer['units']} units" if answer["units"] else told)


@roster.command("coordinators")
def import_coordinators(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX: coordinator_id, name, phone.")],
    data: Data = DATA,
) -> None:
    """Replace the list of who holds the coordinators' offices: all of it, or nothing and every error by row."""
    stack = attach(data)
    try:
        answer = post_coordinators(stack.url("matcher"), stack.county_token(), file)
    except PostRefused as refused:
        for line in row_errors(refused.problem):
            typer.echo(line)
        raise
    changed = f"{answer['changed']} new or with another phone, {answer['removed']} removed"
    typer.echo(f"{answer['coordinators']} coordinators: {changed}; who was replaced is signed out")


@roster.command("export")
def export_roster(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV (volunteers) or XLSX (units as well), not there yet.")
    ],
    data: Data = DATA,
) -> None:
    """Write the roster as an import reads it, for its owner's eyes alone."""
    form = file.suffix.lower().removeprefix(".")
    if form not in {"csv", "xlsx"}:
        raise StackProblem(f"{file}: the file must be CSV or XLSX")
    stack = attach(data)
    content = fetch_roster(stack.url("matcher"), stack.county_token(), form)
    write_bytes(file, content)
    typer.echo(f"wrote {file}, {len(content):,} bytes")
