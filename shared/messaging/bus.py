"""The connection to NATS: kept by a background loop, so that a service starts and serves without it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

import structlog
from faststream.middlewares import AckPolicy
from faststream.nats import NatsBroker
from faststream.security import SASLPlaintext
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from shared.contracts.flows import durables_of, stream_of
from shared.contracts.refusal import Unavailable
from shared.messaging.dead_letters import judge

log = structlog.get_logger()

START_SECONDS = 10.0
RETRY_SECONDS = 0.5
PUBLISH_SECONDS = 10.0


Attach = Callable[[NatsBroker, "Bus"], None]


class Bus:
    """One service's connection."""

    def __init__(self, service: str, url: str, user: str, password: str) -> None:
        self.service = service
        self.inbox_prefix = f"_INBOX_{service}"
        self._url = url
        self._user = user
        self._password = password
        self._attach: list[Attach] = []
        self._broker: NatsBroker | None = None
        self._client: Client | None = None
        self._stopping = False
        self.connected = asyncio.Event()

    def attach(self, *attach: Attach) -> None:
        """Have these put their consumers on every fresh broker, before it starts."""
        self._attach += attach

    def make_broker(self) -> NatsBroker:
        """A broker with this service's consumers on it, not yet connected."""
        broker = NatsBroker(
            self._url.split(","),
            name=self.service,
            security=SASLPlaintext(self._user, self._password) if self._user else None,
            inbox_prefix=self.inbox_prefix,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            closed_cb=self._on_closed,
            error_cb=self._on_error,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            middlewares=[judge(self.service, lambda: self.js)],
            graceful_timeout=10,
            logger=None,
        )
        for attach in self._attach:
            attach(broker, self)
        return broker

    @property
    def js(self) -> JetStreamContext:
        """JetStream on the live connection. Raises ``Unavailable`` while there is none."""
        if self._client is None or not self._client.is_connected:
            raise Unavailable("the broker is not connected")
        return self._client.jetstream(timeout=PUBLISH_SECONDS)

    async def run(self) -> None:
        """Connect, and try again until it works; from then on the client reconnects by itself, endlessly."""
        while not self._stopping:
            broker = self.make_broker()
            try:
                async with asyncio.timeout(START_SECONDS):
                    client = await broker.connect()
                    await broker.start()
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("broker.absent", error=type(error).__name__)
                await self._discard(broker)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._broker, self._client = broker, client
            self.connected.set()
            log.info("broker.connected")
            return

    async def stop(self) -> None:
        """Let running handlers finish, then close."""
        self._stopping = True
        if self._broker is not None:
            await self._broker.stop()

    async def check(self) -> None:
        """Raises when the connection or one of this service's durable consumers is not there (readiness)."""
        for durable, publisher in durables_of(self.service):
            await self.js.consumer_info(stream_of(publisher), durable)
        if not durables_of(self.service):
            _ = self.js

    async def _discard(self, broker: NatsBroker) -> None:
        stopping, self._stopping = self._stopping, True
        try:
            async with asyncio.timeout(START_SECONDS):
                await broker.stop()
        except (NatsError, OSError, TimeoutError):
            log.warning("broker.discarded")
        finally:
            self._stopping = stopping

    async def _on_error(self, error: Exception) -> None:
        log.warning("broker.error", error=type(error).__name__, detail=str(error)[:200])

    async def _on_closed(self, *_: Any) -> None:
        if not self._stopping:  # a closed connection never comes back: let the supervisor start us afresh
            log.error("broker.closed")
            os.kill(os.getpid(), signal.SIGTERM)
