"""``python -m tests.calling``: call every operation as everybody; exit code 1 on any finding."""

from __future__ import annotations

import asyncio
import secrets
import signal
from typing import Annotated, Literal

import typer
from rich.console import Console

from shared.contracts.flows import SERVICES
from tests.calling.run import run


def main(
    seed: Annotated[int, typer.Option(help="Every choice comes from it; 0 draws one.")] = 0,
    examples: Annotated[int, typer.Option(min=1, help="At most so many made-up calls of an operation.")] = 20,
    only: Annotated[str, typer.Option(metavar="NAMES", help="Only these services, separated by commas.")] = "",
    database: Annotated[Literal["sqlite", "postgresql"], typer.Option(help="What the stack keeps in.")] = "sqlite",
) -> None:
    """Call what the OpenAPI documents describe, as each role and as nobody, and compare the answers with them."""
    chosen = [name for name in only.split(",") if name]
    if unknown := set(chosen) - set(SERVICES):
        raise typer.BadParameter(f"no service {', '.join(sorted(unknown))}; there are {', '.join(SERVICES)}")
    console = Console(soft_wrap=True)
    seed = seed or secrets.randbelow(2**31)
    console.print(f"seed {seed}", highlight=False)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us, the stack ends with us
    if not asyncio.run(run(seed, examples, database, chosen, console)):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
