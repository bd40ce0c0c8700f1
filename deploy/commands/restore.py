"""``paidan restore``: databases and keys as a backup has them, and whom to ask about what came after."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deploy.commands.options import DATA, Data


class Only(StrEnum):
    """A half of a backup."""

    KEYS = "keys"
    DATABASES = "databases"


Keys = Annotated[
    Path | None, typer.Option(metavar="DIR2", help="Where the backup's keys are.", show_default="DIR-keys")
]
Ledger = Annotated[
    Path | None, typer.Option(metavar="FILE", help="JSON lines of every 201 a client saw, for the report.")
]


def restore(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="One backup, or a folder of them: the newest.")],
    keys: Keys = None,
    only: Annotated[Only | None, typer.Option(help="The keys alone, or the databases with the keys there are.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Move what is there aside; nothing is deleted.")] = False,
    reconcile: Annotated[
        bool, typer.Option("--reconcile/--no-reconcile", help="Report what was told after the backup.")
    ] = True,
    ledger: Ledger = None,
    data: Data = DATA,
) -> None:
    """Bring back what a backup has, while no stack runs; then start it again with paidan up.

    Exit code 0: everything is in its place. 1: one line of why not; where it began, the same command goes on.
    """
    from deploy.backup.run import run_restore, run_restore_of_keys  # noqa: PLC0415 - the others start faster without

    if only is Only.KEYS:
        typer.echo(run_restore_of_keys(data, directory, keys, force=force))
        return
    for line in run_restore(data, directory, keys, ledger, with_keys=only is None, force=force, with_report=reconcile):
        typer.echo(line)
