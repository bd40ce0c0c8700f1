"""``paidan broker declare``, ``users`` and ``rotate``: what an operator does at the broker."""

from __future__ import annotations

import asyncio
import shlex
import subprocess
import time
from pathlib import Path
from typing import Annotated

import typer
from nats.errors import Error as NatsError

from deploy.attached import attach
from deploy.broker import REQUEST_SECONDS, come_in, write_users
from deploy.commands.options import DATA, Data
from deploy.nats_server import USERS_FILE
from deploy.problems import StackProblem
from deploy.rotating import WITHIN_SECONDS, Bring, Guarded, rotate
from deploy.seeds import Seeds
from shared.contracts.refusal import Unavailable
from shared.messaging.entering import Entrance
from shared.messaging.streams import consumer_configs, declare, stream_configs

broker = typer.Typer(help="The broker: streams, users, keys (deploy/nats).", no_args_is_help=True)

MOST_REPLICAS = 5
ANSWER_SECONDS = 5.0
PAUSE_SECONDS = 0.5

Url = Annotated[
    str, typer.Option("--url", envvar="PAIDAN_NATS_URL", help="One server, or those of a cluster with commas between.")
]
Authority = Annotated[
    Path | None,
    typer.Option("--authority", envvar="PAIDAN_NATS_AUTHORITY", help="Certificates (PEM) that vouch for the servers."),
]


@broker.command("declare")
def declare_streams(
    url: Url,
    seed: Annotated[Path, typer.Option(envvar="PAIDAN_NATS_SEED", help="The file with the operator's seed.")],
    authority: Authority = None,
    replicas: Annotated[
        int, typer.Option(envvar="PAIDAN_NATS_REPLICAS", min=1, max=MOST_REPLICAS, help="Nodes each stream lies on.")
    ] = 3,
) -> None:
    """Create the streams and durable consumers, or bring them up to date. May be repeated at any time."""
    try:
        asyncio.run(declare_at(Entrance(url, seed=seed, authority=authority), replicas))
    except (NatsError, OSError, TimeoutError, Unavailable) as error:
        raise StackProblem(f"the broker did not take the declaration: {error or type(error).__name__}") from error
    typer.echo(f"declared {len(stream_configs())} streams ×{replicas} and {len(consumer_configs())} consumers")


@broker.command("users")
def users(
    seeds: Annotated[Path, typer.Argument(metavar="DIR", help="The seeds, and the list of users beside them.")],
) -> None:
    """Make the keys of the broker's users that are missing, and write DIR/users.conf: public keys and permissions."""
    kept = Seeds(seeds)
    kept.create()
    write_users(seeds / USERS_FILE, kept)
    typer.echo(f"wrote {seeds / USERS_FILE}, which every node reads; it holds no secret, the seeds beside it do")


@broker.command("rotate")
def rotate_key(
    user: Annotated[str, typer.Argument(help="intake, matcher, notifier, operator or system.")],
    data: Data = DATA,
    seeds: Annotated[Path | None, typer.Option(metavar="DIR", help="Production: the seeds and users.conf.")] = None,
    url: Annotated[str, typer.Option(envvar="PAIDAN_NATS_URL", help="Production: every server of the cluster.")] = "",
    authority: Authority = None,
    bring: Annotated[
        str, typer.Option(metavar="COMMAND", help="Production: takes DIR's files to where they are read, at each step.")
    ] = "",
    within: Annotated[float, typer.Option(min=1, help="How long the service may take, in seconds.")] = WITHIN_SECONDS,
) -> None:
    """Change one user's key while everything runs: of the local stack, or with --seeds of the production broker.

    The old key is good until the service has come in with the new one. May be repeated when it was interrupted.
    """
    if seeds is None:
        stack = attach(data)
        guarded = Guarded(Seeds(stack.layout.nats_users), stack.layout.nats_server_users, stack.entrance())
    elif url:
        guarded = Guarded(Seeds(seeds), seeds / USERS_FILE, Entrance(url, authority=authority), _bringing(bring))
    else:
        raise StackProblem("with --seeds, --url must name every server")
    typer.echo(f"{user} comes in with {asyncio.run(rotate(guarded, user, within))}; the old key is shut out")


def _bringing(command: str) -> Bring:
    def bring() -> None:
        if not command:
            return
        ended = subprocess.run(shlex.split(command), check=False)  # noqa: S603 - the operator's own, by no shell
        if ended.returncode:
            raise StackProblem(f"{command} ended with {ended.returncode}; put it right and run this again")

    return bring


async def declare_at(entrance: Entrance, replicas: int) -> None:
    """Declare everything as the operator, again when a cluster that has just found together leaves a request without
    an answer. Raises the client's last error, ``OSError``, ``TimeoutError`` or ``Unavailable``.
    """
    until = time.monotonic() + REQUEST_SECONDS
    while True:
        try:
            return await _declare(entrance, replicas)
        except (NatsError, OSError, TimeoutError):
            if time.monotonic() > until:
                raise
        await asyncio.sleep(PAUSE_SECONDS)


async def _declare(entrance: Entrance, replicas: int) -> None:
    connection = await come_in(entrance)
    try:
        await declare(connection.jetstream(timeout=ANSWER_SECONDS), replicas)
    finally:
        await connection.close()
