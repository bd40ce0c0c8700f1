"""``paidan access``: new keys for tokens, tokens that are taken back, people who are signed out everywhere, and the
operators who sign in by password.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from deploy.attached import signer_of
from deploy.commands.options import DATA, Data
from deploy.layout import Layout
from deploy.problems import StackProblem
from shared.contracts.audit import What
from shared.contracts.refusal import Unauthenticated
from shared.contracts.words import Role
from shared.identity.access_book import AccessBook
from shared.identity.operators import OperatorRefused, Operators

access = typer.Typer(help="Keys of tokens, and who is no longer let in.", no_args_is_help=True)
ops = typer.Typer(help="Operators who sign in by password.", no_args_is_help=True)
access.add_typer(ops, name="ops")
Name = Annotated[str, typer.Argument(help="An id; no real name: it stands in the audit.")]


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
    _note(data, What.KEYED, "access_rotate_at_once" if at_once else "access_rotate", kid)


@access.command()
def revoke(data: Data = DATA) -> None:
    """Take one token back; it is read from standard input, so that no list of processes shows it."""
    try:
        token_id = signer_of(Layout.at(data)).take_back(sys.stdin.read().strip())
    except Unauthenticated:
        raise StackProblem("this is no token of this installation, or it has run out already") from None
    typer.echo("the token is taken back")
    _note(data, What.KEYED, "access_revoke", token_id)


@access.command()
def end(
    role: Annotated[Role, typer.Option(help="Who they are.")],
    subject: Annotated[str, typer.Option(help="Their opaque id.")],
    data: Data = DATA,
) -> None:
    """Sign somebody out everywhere: all their sessions and tokens of this moment, in all services."""
    _book(data).end(role, subject, datetime.now(UTC))
    typer.echo(f"{role.value} {subject} is signed out")
    _note(data, What.SIGNED_OUT, f"access_end:{role.value}", subject)


@ops.command("add")
def add_operator(name: Name, data: Data = DATA) -> None:
    """A new operator; the password is asked for, or read from standard input."""
    with _said():
        _operators(data).add(name, _password())
    typer.echo(f"operator {name} signs in by password from now on")
    _note(data, What.KEYED, "access_ops_add", name)


@ops.command("password")
def change_password(name: Name, data: Data = DATA) -> None:
    """Another password; all of the operator's sessions and tokens end."""
    with _said():
        _operators(data).change(name, _password())
    _book(data).end(Role.OPS, name, datetime.now(UTC))
    typer.echo(f"operator {name} has another password, and is signed out everywhere")
    _note(data, What.KEYED, "access_ops_password", name)


@ops.command("remove")
def remove_operator(name: Name, data: Data = DATA) -> None:
    """End an operator's account, sessions and tokens."""
    with _said():
        _operators(data).remove(name)
    _book(data).end(Role.OPS, name, datetime.now(UTC))
    typer.echo(f"operator {name} is removed, and signed out everywhere")
    _note(data, What.KEYED, "access_ops_remove", name)


@ops.command("list")
def list_operators(data: Data = DATA) -> None:
    """Who signs in by password."""
    for name in _operators(data).names():
        typer.echo(name)


def _note(data: Data, what: What, field: str, subject: str) -> None:
    """A row of the audit."""
    from deploy.noting import note  # noqa: PLC0415 - the other commands start faster without it

    note(data, what, field, subject)


def _operators(data: Data) -> Operators:
    _book(data)  # says where there is no installation
    return Operators(Layout.at(data).keys)


def _password() -> str:
    """Typed twice without being shown, or one line of standard input: never an argument, which lists of processes
    show."""
    if sys.stdin.isatty():
        told: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return told
    return sys.stdin.readline().rstrip("\n")


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except OperatorRefused as refused:
        raise StackProblem(str(refused)) from None
