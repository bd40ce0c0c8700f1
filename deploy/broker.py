"""The local stack's broker: passwords and configuration on disk, streams declared by the operator."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import nats
from nats.aio.client import Client

from deploy.broker_store import set_aside_unreadable
from deploy.children import Child
from deploy.layout import HOST, Layout, Ports
from deploy.log_file import LogFile
from deploy.nats_server import NatsPlace, configuration, find_binary
from deploy.permissions import OPERATOR, USERS, inbox_of
from shared.identity.keys import create_keys, read_key
from shared.messaging.streams import declare

CONNECT_SECONDS = 10
REQUEST_SECONDS = 30


class LocalBroker:
    """One NATS server of a data directory. Passwords are made at the first start and kept."""

    def __init__(self, layout: Layout, ports: Ports, sync_interval: str) -> None:
        """``sync_interval``: ``always``, or a duration of the server's syntax."""
        self._layout = layout
        self.place = NatsPlace(HOST, ports.nats, ports.monitoring, layout.nats_store, sync_interval)

    def prepare(self) -> Child:
        """Write passwords and configuration (0600) and say how to start the server."""
        create_keys(self._layout.nats_users, USERS)
        self._set_aside_unreadable()
        text = configuration(self.place, {user: self.password_of(user) for user in USERS})
        path = self._layout.nats_configuration
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        return Child(
            name="nats",
            argv=(str(find_binary()), "--config", str(path)),
            health=self.place.health,
            ready=self.declare_streams,
        )

    def _set_aside_unreadable(self) -> None:
        aside = self._layout.nats_aside / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        for name in set_aside_unreadable(self._layout.nats_store, aside):
            facts = LogFile(self._layout.logs, "nats")
            facts.fact("store.unreadable", part=name, aside=str(aside))
            facts.close()

    def password_of(self, user: str) -> str:
        """The password of a service or of the operator, once it has been made."""
        return read_key(self._layout.nats_users, user).hex()

    async def connect(self, user: str = OPERATOR) -> Client:
        """A connection of one user, with its own inbox; the caller closes it."""
        return await nats.connect(
            self.place.url,
            user=user,
            password=self.password_of(user),
            inbox_prefix=inbox_of(user),
            connect_timeout=CONNECT_SECONDS,
            allow_reconnect=False,
        )

    async def declare_streams(self) -> None:
        """Streams and durables as shared.messaging has them; after every start, as a disk may be lost."""
        connection = await self.connect()
        try:
            await declare(connection.jetstream(timeout=REQUEST_SECONDS))
        finally:
            await connection.close()
