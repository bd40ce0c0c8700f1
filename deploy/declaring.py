"""Streams and durables that vanish while the broker lives are declared again: services may not, only the operator.

The supervisor declares at each start of the broker; this covers what is deleted under it, by hand or by a disk that
was wiped. In production the operator does the same with ``paidan broker declare``, by a timer or by hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.messaging.ending import end
from shared.messaging.streams import consumer_configs, declare, stream_configs

LOOK_SECONDS = 2.0
ANSWER_SECONDS = 5.0

Connect = Callable[[], Awaitable[Client]]


class Tell(Protocol):
    """Takes a line for the supervisor's log."""

    def __call__(self, event: str, **fields: object) -> None: ...


async def missing(js: JetStreamContext) -> list[str]:
    """Names of the streams, and of the durables of those that are there, which the broker does not have."""
    absent = []
    there: dict[str, set[str]] = {}
    for config in stream_configs():
        name = config.name or ""
        try:
            there[name] = {consumer.name for consumer in await js.consumers_info(name)}
        except NotFoundError:
            absent.append(name)
    durables = ((stream, config.durable_name or "") for stream, config in consumer_configs())
    return absent + [durable for stream, durable in durables if stream in there and durable not in there[stream]]


@asynccontextmanager
async def kept_declared(connect: Connect, tell: Tell) -> AsyncIterator[None]:
    """Look every two seconds while the block runs, as the operator that ``connect`` connects."""
    looking = asyncio.create_task(_keep(connect, tell), name="keep streams declared")
    try:
        yield
    finally:
        await end(looking)


async def _keep(connect: Connect, tell: Tell) -> None:
    connection: Client | None = None
    try:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if connection is None or not connection.is_connected:
                    connection = await connect()
                await _look(connection.jetstream(timeout=ANSWER_SECONDS), tell)
            except (NatsError, OSError, TimeoutError):  # the broker is away; its keeper starts it, and declares
                if connection is not None:
                    await connection.close()
                connection = None
    finally:
        if connection is not None:
            await connection.close()


async def _look(js: JetStreamContext, tell: Tell) -> None:
    if absent := await missing(js):
        await declare(js)
        tell("streams.declared_again", missing=absent)
