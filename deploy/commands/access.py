"""``paidan access``: new keys for tokens, tokens that are taken back, and people who are signed out everywhere."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from deploy.attached import signer_of
from deploy.commands.options import DATA, Data
from deploy.layout import Layout
from deploy.problems import StackProblem
from shared.contracts.refusal import Unauthenticated
from shared.contracts.words import Role
from shared.identity.access_book import AccessBook

access = typer.Typer(help="Keys of tokens, and who is no longer let in.", no_args_is_help=True)


def _book(data: Data) -> AccessBook:
    layout = Layout.at(data)
    signer_of(layout)  # says where there is no installation
    return AccessBook(layout.keys)


@access.command()
def rotate(
    at_once: Annotated[bool, typer.Option("--at-once", help="Tokens of the keys before are void from now on.")] = False,
    data: Data = DATA,
) -> None:
    """Sign tokens with a new key; those of the key before open until they run out. Nothing is restarted."""
    kid = _book(data).rotate(datetime.now(UTC), at_once=at_once)
    typer.echo(f"tokens are signed with key {kid} from now on")


@access.command()
def revoke(data: Data = DATA) -> None:
    """Take one token back; it is read from standard input, so that no list of processes shows it."""
    try:
        signer_of(Layout.at(data)).take_back(sys.stdin.read().strip())
    except Unauthenticated:
        raise StackProblem("this is no token of this installation, or it has run out already") from None
    typer.echo("the token is taken back")


@access.command()
def end(
    role: Annotated[Role, typer.Option(help="Who they are.")],
    subject: Annotated[str, typer.Option(help="Their opaque id.")],
    data: Data = DATA,
) -> None:
    """Sign somebody out everywhere: all their sessions and tokens of this moment, in all services."""
    _book(data).end(role, subject, datetime.now(UTC))
    typer.echo(f"{role.value} {subject} is signed out")
