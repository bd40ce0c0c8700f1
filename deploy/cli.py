"""``paidan``, the command line. Each command is a module of ``deploy.commands``."""

from __future__ import annotations

import sys

import typer

from deploy.commands.access import access
from deploy.commands.backup import backup
from deploy.commands.broker import broker
from deploy.commands.definition import definition
from deploy.commands.demo import demo
from deploy.commands.flows import flows
from deploy.commands.orders import orders
from deploy.commands.rebuild import rebuild
from deploy.commands.restore import restore
from deploy.commands.roster import roster
from deploy.commands.simulate import simulate
from deploy.commands.token import token
from deploy.commands.up import up
from deploy.commands.verify import verify
from deploy.problems import StackProblem

app = typer.Typer(
    name="paidan",
    help="Volunteer dispatch for urban communities: place, dispatch, take, confirm, rate.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(up)
app.command()(token)
app.command()(flows)
app.command()(demo)
app.command()(verify)
app.command()(rebuild)
app.command()(simulate)
app.command()(backup)
app.command()(restore)
app.add_typer(access, name="access")
app.add_typer(roster, name="roster")
app.add_typer(orders, name="orders")
app.add_typer(broker, name="broker")
app.add_typer(definition, name="definition")


def main() -> None:
    """Run one command. What an operator can put right is one line on standard error and exit code 1."""
    try:
        app()
    except StackProblem as problem:
        typer.echo(f"paidan: {problem}", err=True)
        sys.exit(1)
