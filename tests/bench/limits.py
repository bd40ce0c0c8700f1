"""What this machine can at most: commits and publishes a second, one after the other and together."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from uuid import uuid4

import asyncpg
import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import Header, StorageType, StreamConfig

from tests.bench.peers.ground import plain
from tests.bench.standing import Ground

SECONDS = 1.0
BODY = b"x" * 400


async def limits(where: Ground, folder: Path) -> dict[str, float]:
    """Each a second."""
    return {
        "SQLite FULL, commits": await asyncio.to_thread(_sqlite, folder / "limit.db", 1),
        "SQLite FULL, rows at 100 a commit": await asyncio.to_thread(_sqlite, folder / "limit100.db", 100),
        "PostgreSQL, commits on one connection": await _postgres(where, 1),
        "PostgreSQL, rows at 500 a commit": await _postgres(where, 500),
        "JetStream, publishes one by one": await _jetstream(where, 1),
        "JetStream, publishes of 64 together": await _jetstream(where, 64),
        "JetStream, in atomic batches of 500": await _jetstream(where, 500, atomic=True),
    }


def _sqlite(file: Path, rows: int) -> float:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)")
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO t (a) VALUES (?)", [("x" * 100,)] * rows)
        connection.execute("COMMIT")
        count += rows
    took = time.perf_counter() - began
    connection.close()
    return count / took


async def _postgres(where: Ground, rows: int) -> float:
    url = where.postgres.create(f"limit_{rows}")
    connection = await asyncpg.connect(plain(url))
    await connection.execute("CREATE TABLE t (id bigserial PRIMARY KEY, a text)")
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        await connection.execute("INSERT INTO t (a) SELECT repeat('x', 100) FROM generate_series(1, $1)", rows)
        count += rows
    took = time.perf_counter() - began
    await connection.close()
    where.postgres.drop(f"limit_{rows}")
    return count / took


async def _jetstream(where: Ground, at_once: int, *, atomic: bool = False) -> float:
    client = await nats.connect(where.nats.url)
    js = client.jetstream()
    stored = StreamConfig(name="LIMIT", subjects=["limit"], storage=StorageType.FILE, allow_atomic=True)
    await js.add_stream(stored)
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        if atomic:
            await _batch(client, js, at_once)
        else:
            await asyncio.gather(*(js.publish("limit", BODY) for _ in range(at_once)))
        count += at_once
    took = time.perf_counter() - began
    await js.delete_stream("LIMIT")
    await client.close()
    return count / took


async def _batch(client: Client, js: JetStreamContext, size: int) -> None:
    batch = {Header.BATCH_ID.value: uuid4().hex}
    for number in range(1, size):
        await client.publish("limit", BODY, headers=batch | {Header.BATCH_SEQUENCE: str(number)})
    await js.publish("limit", BODY, headers=batch | {Header.BATCH_SEQUENCE: str(size), Header.BATCH_COMMIT: "1"})
