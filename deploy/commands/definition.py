"""``paidan definition check FILE``: whether a definition is valid, and what it would do to what is there; ``suggest``:
how well residents' own words find their service with it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.attached import load_definition
from deploy.commands.options import DATA, Data
from deploy.layout import DEFAULT_DEFINITION, Layout
from deploy.settings import StackSettings
from shared.community.editing import touched_by

IN_THE_WAY = 1

definition = typer.Typer(help="The definition of the community.", no_args_is_help=True)


@definition.callback()
def _only_a_group() -> None:
    """The definition of the community."""


@definition.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The edited definition (TOML).")], data: Data = DATA
) -> None:
    """Say what each edit touches. Exit code 1: nothing could start with it, and why."""
    from deploy.editing import named_in  # noqa: PLC0415 - the other commands start faster without it

    layout = Layout.at(data)
    rules = load_definition(file)
    touched = touched_by(rules, named_in(layout, StackSettings().databases(layout)))
    for one in touched:
        typer.echo(f"{'no   ' if one.in_the_way else 'yes  '}{one}")
    if not touched:
        typer.echo("Nothing that is there names what it changes.")
    if any(one.in_the_way for one in touched):
        raise typer.Exit(IN_THE_WAY)


@definition.command("suggest")
def suggest(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The definition (TOML).")] = DEFAULT_DEFINITION,
    held_out: Annotated[
        Path | None, typer.Option(help="Phrases it is not trained on: a table service, phrase.")
    ] = None,
) -> None:
    """Measure suggestions: by cross-validation over the phrases, and on phrases held out. Exit code 1: of what is
    chosen from the latter, less than 95 in 100 is right."""
    from deploy.suggesting import GOAL, measured  # noqa: PLC0415 - the other commands start faster without it

    if measured(load_definition(file), held_out, typer.echo) < GOAL:
        raise typer.Exit(IN_THE_WAY)
