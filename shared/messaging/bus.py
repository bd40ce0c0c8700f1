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
from nats.js.errors import NotFoundError

from shared.contracts.flows import durables_of, stream_of
from shared.contracts.refusal import Unavailable
from shared.messaging.dead_letters import judge

log = structlog.get_logger()

START_SECONDS = 10.0
RETRY_SECONDS = 0.5
STOP_SECONDS = 15.0
PUBLISH_SECONDS = 10.0
CHECK_SECONDS = 2.0


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
        self._trouble = "the broker is not connected"
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
            apply_types=False,  # injecting arguments takes a thread a message, and facts overtake one another there
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
            raise Unavailable(self._trouble)
        return self._client.jetstream(timeout=PUBLISH_SECONDS)

    async def ask(
        self,
        subject: str,
        body: bytes = b"",
        *,
        within: float = CHECK_SECONDS,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        """One request, one answer, ``within`` seconds. Raises ``Unavailable`` when the broker or whoever should
        answer is away."""
        if self._client is None or not self._client.is_connected:
            raise Unavailable(self._trouble)
        try:
            return (await self._client.request(subject, body, timeout=within, headers=headers)).data
        except (NatsError, OSError, TimeoutError) as error:
            raise Unavailable("the broker does not answer") from error

    async def run(self) -> None:
        """Connect, and try again until it works; from then on the client reconnects by itself, endlessly."""
        while not self._stopping:
            broker, client = self.make_broker(), None
            try:
                async with asyncio.timeout(START_SECONDS):
                    client = await broker.connect()
                    await self._find_durables(client.jetstream(timeout=START_SECONDS))
                    self._client = client  # what is heard from here on may have to be buried
                    await broker.start()
            except (NatsError, OSError, TimeoutError, Unavailable) as error:
                log.warning("broker.absent", error=type(error).__name__, detail=str(error)[:200])
                self._trouble = str(error) if isinstance(error, Unavailable) else "the broker is not connected"
                self._client = None
                await self._discard(broker, client)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._broker = broker
            self.connected.set()
            log.info("broker.connected")
            return

    async def stop(self) -> None:
        """Let running handlers finish, then close, whether or not the broker is there to be told."""
        self._stopping = True
        if self._broker is not None:
            await self._end(self._broker, self._client)

    async def check(self) -> None:
        """Raises ``Unavailable`` when the connection or a durable consumer of this service is not there (readiness)."""
        if not self.connected.is_set():
            raise Unavailable(self._trouble)
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._find_durables(self.js)
        except (NatsError, OSError, TimeoutError) as error:
            raise Unavailable("the broker does not answer") from error

    async def _find_durables(self, js: JetStreamContext) -> None:
        # Subscribing to a durable that is not there would have the library create one of its own making.
        for durable, publisher in durables_of(self.service):
            try:
                await js.consumer_info(stream_of(publisher), durable)
            except NotFoundError as error:
                raise Unavailable(f"the broker has no durable {durable}") from error

    async def _discard(self, broker: NatsBroker, client: Client | None) -> None:
        stopping, self._stopping = self._stopping, True
        try:
            await self._end(broker, client)
        finally:
            self._stopping = stopping

    async def _end(self, broker: NatsBroker, client: Client | None) -> None:
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await broker.stop()
        except (NatsError, OSError, TimeoutError) as error:  # it drains, and cannot while it reconnects
            log.warning("broker.not_drained", error=type(error).__name__)
        if client is not None and not client.is_closed:
            await client.close()

    async def _on_error(self, error: Exception) -> None:
        log.warning("broker.error", error=type(error).__name__, detail=str(error)[:200])

    async def _on_closed(self, *_: Any) -> None:
        if not self._stopping:  # a closed connection never comes back: let the supervisor start us afresh
            log.error("broker.closed")
            os.kill(os.getpid(), signal.SIGTERM)
