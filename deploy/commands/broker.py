"""``paidan broker declare`` and ``users``: what an operator does at the production broker."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import nats
import typer
from nats.errors import Error as NatsError

from deploy.broker import CONNECT_SECONDS, REQUEST_SECONDS
from deploy.nats_server import users_file
from deploy.permissions import OPERATOR, inbox_of
from deploy.problems import StackProblem
from shared.messaging.streams import consumer_configs, declare, stream_configs

broker = typer.Typer(help="The production broker (deploy/nats).", no_args_is_help=True)

MOST_REPLICAS = 5
ANSWER_SECONDS = 5.0
PAUSE_SECONDS = 0.5


@broker.command("declare")
def declare_streams(
    url: Annotated[
        str, typer.Option(envvar="PAIDAN_NATS_URL", help="One server, or those of a cluster with commas between.")
    ],
    password: Annotated[
        str, typer.Option(envvar="NATS_OPERATOR_PASSWORD", help="The operator's; better told by the environment.")
    ],
    replicas: Annotated[
        int, typer.Option(envvar="PAIDAN_NATS_REPLICAS", min=1, max=MOST_REPLICAS, help="Nodes each stream lies on.")
    ] = 3,
) -> None:
    """Create the streams and durable consumers, or bring them up to date. May be repeated at any time."""
    try:
        asyncio.run(declare_at(url, password, replicas))
    except (NatsError, OSError, TimeoutError) as error:
        raise StackProblem(f"the broker did not take the declaration: {error or type(error).__name__}") from error
    typer.echo(f"declared {len(stream_configs())} streams ×{replicas} and {len(consumer_configs())} consumers")


@broker.command("users")
def users() -> None:
    """Print users.conf: each user of the broker with its permissions; passwords stay in the environment."""
    typer.echo(users_file(), nl=False)


async def declare_at(url: str, password: str, replicas: int) -> None:
    """Declare everything as the operator, again when a cluster that has just found together leaves a request without
    an answer. Raises the client's last error, ``OSError`` or ``TimeoutError``.
    """
    until = time.monotonic() + REQUEST_SECONDS
    while True:
        try:
            return await _declare(url, password, replicas)
        except (NatsError, OSError, TimeoutError):
            if time.monotonic() > until:
                raise
        await asyncio.sleep(PAUSE_SECONDS)


async def _declare(url: str, password: str, replicas: int) -> None:
    connection = await nats.connect(
        url.split(","),
        user=OPERATOR,
        password=password,
        inbox_prefix=inbox_of(OPERATOR),
        connect_timeout=CONNECT_SECONDS,
        allow_reconnect=False,
    )
    try:
        await declare(connection.jetstream(timeout=ANSWER_SECONDS), replicas)
    finally:
        await connection.close()
