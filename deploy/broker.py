"""The local stack's broker: keys and configuration on disk, streams declared by the operator."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

from nats.aio.client import Client

from deploy.broker_store import set_aside_unreadable
from deploy.children import Child
from deploy.layout import HOST, Layout, Ports
from deploy.log_file import LogFile
from deploy.nats_server import NatsPlace, configuration, find_binary, users_file
from deploy.permissions import OPERATOR, inbox_of
from deploy.seeds import OWNERS, Seeds
from shared.messaging.entering import Entrance, enter
from shared.messaging.streams import declare

CONNECT_SECONDS = 10
REQUEST_SECONDS = 30


class LocalBroker:
    """One NATS server of a data directory. The users' keys are made at the first start and kept."""

    def __init__(self, layout: Layout, ports: Ports, sync_interval: str) -> None:
        """``sync_interval``: ``always``, or a duration of the server's syntax."""
        self._layout = layout
        self.seeds = Seeds(layout.nats_users)
        self.users = layout.nats_server_users
        self.place = NatsPlace(HOST, ports.nats, ports.monitoring, layout.nats_store, sync_interval)

    def prepare(self) -> Child:
        """Write keys and configuration (0600) and say how to start the server."""
        self.seeds.create()
        self.seeds.settle()
        self._set_aside_unreadable()
        write_closed(self._layout.nats_configuration, configuration(self.place))
        write_users(self.users, self.seeds)
        return Child(
            name="nats",
            argv=(str(find_binary()), "--config", str(self._layout.nats_configuration)),
            health=self.place.health,
            ready=self.declare_streams,
        )

    def _set_aside_unreadable(self) -> None:
        aside = self._layout.nats_aside / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        for name in set_aside_unreadable(self._layout.nats_store, aside):
            facts = LogFile(self._layout.logs, "nats")
            facts.fact("store.unreadable", part=name, aside=str(aside))
            facts.close()

    def entrance(self, user: str = OPERATOR) -> Entrance:
        """How one user comes in, once the keys have been made."""
        return Entrance(self.place.url, seed=self.seeds.path(user))

    async def connect(self, user: str = OPERATOR) -> Client:
        """A connection of one user, with its own inbox; the caller closes it."""
        return await come_in(self.entrance(user), user)

    async def declare_streams(self) -> None:
        """Streams and durables as shared.messaging has them; after every start, as a disk may be lost."""
        connection = await self.connect()
        try:
            await declare(connection.jetstream(timeout=REQUEST_SECONDS))
        finally:
            await connection.close()


async def come_in(entrance: Entrance, user: str = OPERATOR, seconds: int = CONNECT_SECONDS) -> Client:
    """A connection for a while: as this user, with its own inbox, to a broker that answers within so many seconds.

    Raises ``NatsError``, ``OSError``, ``TimeoutError``; ``Unavailable`` for a key that cannot be read.
    """
    options = {"connect_timeout": seconds, "allow_reconnect": False, "error_cb": _unsaid}
    async with asyncio.timeout(seconds):  # the client waits for ever for a server that does not take part in TLS
        return await enter(entrance, inbox_prefix=inbox_of(user), **options)


async def _unsaid(_: Exception) -> None:
    """Whoever connects hears it as an exception."""


def write_users(path: Path, seeds: Seeds) -> None:
    """Write who may come in, from the keys there are now. Raises ``StackProblem``."""
    write_closed(path, users_file({user: seeds.public_keys(user) for user in OWNERS}))


def write_closed(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner alone."""
    draft = path.with_name(f"{path.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
