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
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from shared.contracts.refusal import Unavailable
from shared.messaging.dead_letters import EARLY_SECONDS, judge
from shared.messaging.entering import Entrance, KeyedBroker
from shared.messaging.watching import LOOK_SECONDS, ConsumerLost, ConsumerStuck, Watch

log = structlog.get_logger()

START_SECONDS = 10.0
RETRY_SECONDS = 0.5
STOP_SECONDS = 15.0
PUBLISH_SECONDS = 10.0
CHECK_SECONDS = 2.0
STUCK_SECONDS = 60.0
ABSENT = "the broker is not connected"
PING_SECONDS = 10
"""A broker that vanished without a word is noticed after two pings without an answer, not after four minutes."""

Attach = Callable[[NatsBroker, "Bus"], None]


class Bus:
    """One service's connection.

    ``stuck_seconds``: a durable that has messages waiting and takes none for so long is not ready; after twice as
    long this process ends, so that its supervisor starts it afresh. ``early_seconds``: so long a fact may come before
    what it builds on.
    """

    def __init__(
        self,
        service: str,
        entrance: Entrance,
        stuck_seconds: float = STUCK_SECONDS,
        early_seconds: float = EARLY_SECONDS,
    ) -> None:
        self.service = service
        self.inbox_prefix = f"_INBOX_{service}"
        self._entrance = entrance
        self._entered_as = ""
        self._attach: list[Attach] = []
        self._broker: NatsBroker | None = None
        self._client: Client | None = None
        self._stopping = False
        self._discarding = False
        self._leaving = asyncio.Lock()
        self._watch = Watch(service, stuck_seconds)
        self._early_seconds = early_seconds
        self._trouble = ABSENT
        self.connected = asyncio.Event()

    def attach(self, *attach: Attach) -> None:
        """Have these put their consumers on every fresh broker, before it starts."""
        self._attach += attach

    def make_broker(self) -> NatsBroker:
        """A broker with this service's consumers on it, not yet connected."""
        broker = KeyedBroker(
            self._entrance,
            name=self.service,
            inbox_prefix=self.inbox_prefix,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            ping_interval=PING_SECONDS,
            closed_cb=self._on_closed,
            error_cb=self._on_error,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            apply_types=False,  # injecting arguments takes a thread a message, and facts overtake one another there
            middlewares=[judge(self.service, lambda: self.js, self._early_seconds)],
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

    async def send(self, subject: str, body: bytes, headers: dict[str, str]) -> None:
        """A message that nobody answers. Raises ``Unavailable`` while there is no connection."""
        if self._client is None or not self._client.is_connected:
            raise Unavailable(self._trouble)
        await self._client.publish(subject, body, headers=headers)

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
        """Connect, and try again until it works; from then on the client reconnects by itself, endlessly.

        A consumer that was lost under a living connection is subscribed afresh, with a connection of its own; so are
        all of them when this service's key for the broker was replaced.
        """
        while not self._stopping:
            if not await self._connect():
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if not await self._until_lost():
                return
            await self._leave()

    async def _connect(self) -> bool:
        broker, client = self.make_broker(), None
        try:
            self._entered_as = self._entrance.mark()
            async with asyncio.timeout(START_SECONDS):
                client = await broker.connect()
                await self._watch.begin(client.jetstream(timeout=START_SECONDS))
                self._client = client  # what is heard from here on may have to be buried
                await broker.start()
        except (NatsError, OSError, TimeoutError, Unavailable) as error:
            log.warning("broker.absent", error=type(error).__name__, detail=str(error)[:200])
            self._trouble = str(error) if isinstance(error, Unavailable) else ABSENT
            self._client = None
            await self._discard(broker, client)
            return False
        self._watch.follow(broker)
        self._broker, self._trouble = broker, ABSENT
        self.connected.set()
        log.info("broker.connected")
        return True

    async def _until_lost(self) -> bool:
        """Look at the consumers until one has to be subscribed afresh, or the key is another; one that is stuck for
        good ends the process.

        Returns False when there is nothing more to do: this bus, or its process, is being stopped.
        """
        while not self._stopping:
            await asyncio.sleep(LOOK_SECONDS)
            if self._has_a_new_key():
                log.info("broker.key_changed")
                return not self._stopping
            try:
                await self._watch.look(self.js)
                self._watch.ensure_moving(periods=2)
            except ConsumerLost as lost:
                log.warning("consumer.lost", detail=lost.detail)
                self._trouble = lost.detail
                return not self._stopping
            except ConsumerStuck as stuck:
                log.error("consumer.stuck", detail=stuck.detail)  # noqa: TRY400 - a plain fact, no accident to trace
                os.kill(os.getpid(), signal.SIGTERM)
                return False
            except (NatsError, OSError, TimeoutError, Unavailable):
                continue  # the broker is away; the client is looking for it
        return False

    def _has_a_new_key(self) -> bool:
        try:
            return self._entrance.mark() != self._entered_as
        except Unavailable:  # in the middle of being replaced; the connection there is goes on
            return False

    async def _leave(self) -> None:
        broker, client = self._broker, self._client
        self.connected.clear()
        self._broker = self._client = None
        if broker is not None:
            async with self._leaving:
                await self._discard(broker, client)

    async def stop(self) -> None:
        """Let running handlers finish, then close, whether or not the broker is there to be told."""
        self._stopping = True
        async with self._leaving:
            if self._broker is not None:
                await self._end(self._broker, self._client)

    async def check(self) -> None:
        """Readiness: raises ``Unavailable`` when there is no connection, and names the durable of this service that is
        not there, is another than it was, or takes nothing of what waits for it."""
        if not self.connected.is_set():
            raise Unavailable(self._trouble)
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._watch.check(self.js)
        except (NatsError, OSError, TimeoutError) as error:
            raise Unavailable("the broker does not answer") from error

    async def _discard(self, broker: NatsBroker, client: Client | None) -> None:
        self._discarding = True
        try:
            await self._end(broker, client)
        finally:
            self._discarding = False

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
        # A closed connection never comes back: let the supervisor start us afresh.
        if not (self._stopping or self._discarding):
            log.error("broker.closed")
            os.kill(os.getpid(), signal.SIGTERM)
