"""Three services as the documentation of FastStream leads one to write them: an outbox, a relay, an inbox, and one
commit a message.

``python -m tests.bench.peers.eventful ROLE PORT URL NATS``; roles ``intake`` (HTTP), ``matcher``, ``notifier``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI
from faststream.middlewares import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from nats.js.api import ConsumerConfig, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from tests.bench.peers.ground import plain
from tests.bench.peers.monolith import Wish

STREAM = "BENCH"
PAGE = 100
HEARS = {"matcher": "bench.order_placed", "notifier": "bench.order_matched"}


async def declare(nats: str) -> None:
    """The stream and its durables, empty."""
    broker = NatsBroker(nats, logger=None)
    client = await broker.connect()
    js = client.jetstream()
    with suppress(NotFoundError):
        await js.delete_stream(STREAM)
    await js.add_stream(StreamConfig(name=STREAM, subjects=["bench.>"], storage=StorageType.FILE))
    for role, subject in HEARS.items():
        consumer = ConsumerConfig(durable_name=role, filter_subject=subject, ack_wait=30, max_ack_pending=1000)
        await js.add_consumer(STREAM, consumer)
    await broker.stop()


class Service:
    """One of the three."""

    def __init__(self, role: str, url: str, nats: str) -> None:
        self.role = role
        self._url = url
        self._broker = NatsBroker(nats, logger=None, ack_policy=AckPolicy.NACK_ON_ERROR)
        self._awake = asyncio.Event()
        self.pool: asyncpg.Pool[Any] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Consume and publish."""
        if subject := HEARS.get(self.role):
            hears = self._broker.subscriber(
                subject,
                durable=self.role,
                stream=JStream(STREAM, declare=False),
                pull_sub=PullSub(batch_size=64, timeout=1.0),
                no_reply=True,
            )
            hears(self._match if self.role == "matcher" else self._notify)
        async with asyncpg.create_pool(plain(self._url), min_size=10, max_size=10) as self.pool:
            await self._broker.start()
            relay = asyncio.create_task(self._relay())
            yield
            relay.cancel()
            await self._broker.stop()

    async def place(self, wish: Wish) -> UUID:
        """An order and its event, in one transaction."""
        assert self.pool is not None
        order_id = uuid4()
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO orders (id, service, area, details) VALUES ($1, $2, $3, $4)",
                order_id,
                wish.service,
                wish.area,
                wish.details,
            )
            await self._record(connection, "bench.order_placed", {"order_id": str(order_id)})
        self._awake.set()
        return order_id

    async def _match(self, body: dict[str, str]) -> None:
        assert self.pool is not None
        order_id = UUID(body["order_id"])
        async with self.pool.acquire() as connection, connection.transaction():
            if not await self._first_time(connection, body["event_id"]):
                return
            volunteer = await connection.fetchval(
                "UPDATE volunteers SET load = load + 1 WHERE id = (SELECT id FROM volunteers WHERE load < capacity"
                " ORDER BY load, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id"
            )
            await connection.execute("UPDATE orders SET volunteer_id = $1 WHERE id = $2", volunteer, order_id)
            await self._record(connection, "bench.order_matched", {"order_id": str(order_id), "volunteer": volunteer})
        self._awake.set()

    async def _notify(self, body: dict[str, Any]) -> None:
        assert self.pool is not None
        async with self.pool.acquire() as connection, connection.transaction():
            if await self._first_time(connection, body["event_id"]):
                await connection.execute(
                    "INSERT INTO notifications (order_id, volunteer_id) VALUES ($1, $2)",
                    UUID(body["order_id"]),
                    body["volunteer"],
                )

    async def _first_time(self, connection: Any, event_id: str) -> bool:
        told = await connection.execute(
            "INSERT INTO inbox (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", self.role, UUID(event_id)
        )
        return bool(told == "INSERT 0 1")

    async def _record(self, connection: Any, subject: str, body: dict[str, Any]) -> None:
        event_id = uuid4()
        await connection.execute(
            "INSERT INTO outbox (service, event_id, subject, body) VALUES ($1, $2, $3, $4)",
            self.role,
            event_id,
            subject,
            json.dumps({"event_id": str(event_id), **body}),
        )

    async def _relay(self) -> None:
        assert self.pool is not None
        while True:
            rows = await self.pool.fetch(
                "SELECT position, event_id, subject, body FROM outbox WHERE service = $1 AND NOT sent ORDER BY position"
                " LIMIT $2",
                self.role,
                PAGE,
            )
            for row in rows:
                await self._broker.publish(
                    json.loads(row["body"]),
                    row["subject"],
                    stream=STREAM,
                    headers={"Nats-Msg-Id": str(row["event_id"])},
                    timeout=10.0,
                )
                await self.pool.execute("UPDATE outbox SET sent = true WHERE position = $1", row["position"])
            if not rows:
                self._awake.clear()
                try:
                    await asyncio.wait_for(self._awake.wait(), 0.2)
                except TimeoutError:
                    continue


def make_app(role: str, url: str, nats: str) -> FastAPI:
    """One service on HTTP; only intake has a door."""
    service = Service(role, url, nats)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    if role == "intake":

        @app.post("/orders", status_code=201)
        async def order(wish: Wish) -> dict[str, str]:
            return {"order_id": str(await service.place(wish))}

    return app


if __name__ == "__main__":
    _, chosen, port, database, broker = sys.argv
    app = make_app(chosen, database, broker)
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False, ws="none")
