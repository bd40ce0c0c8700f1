"""``paidan backup``: consistent copies of the databases, and the keys apart from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.commands.options import DATA, Data

Keys = Annotated[
    Path | None, typer.Option(metavar="DIR2", help="Where the keys go, apart from DIR.", show_default="DIR-keys")
]


def backup(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where the backups stand, one folder for each.")],
    keys: Keys = None,
    keep: Annotated[int, typer.Option(min=0, metavar="N", help="Keep the newest N, remove the others; 0: all.")] = 0,
    hold: Annotated[int, typer.Option(min=1, metavar="MS", help="The longest that writers wait for it.")] = 250,
    wait: Annotated[float, typer.Option(min=0, metavar="S", help="How long to try to hold all three.")] = 30,
    reserve: Annotated[int, typer.Option(min=0, metavar="MB", help="What must stay free on DIR's disk.")] = 256,
    data: Data = DATA,
) -> None:
    """Copy the databases as they are at one moment, while the services go on; the keys go elsewhere.

    Exit code 0: the backup is there and whole. 1: there is none, with one line of why; nothing older was removed.
    """
    from deploy.backup.backing_up import Manner  # noqa: PLC0415 - the other commands start faster without it
    from deploy.backup.run import run_backup  # noqa: PLC0415 - the same

    manner = Manner(hold / 1000, wait, reserve * 1_000_000, keep)
    typer.echo(run_backup(data, directory, keys, manner))
