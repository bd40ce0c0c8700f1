"""The tables of the peers, and their volunteers."""

from __future__ import annotations

import asyncpg

VOLUNTEERS = 2000
SCHEMA = """
CREATE TABLE volunteers (id bigint PRIMARY KEY, load int NOT NULL DEFAULT 0, capacity int NOT NULL);
CREATE INDEX volunteers_free ON volunteers (load, id) WHERE load < capacity;
CREATE TABLE orders (id uuid PRIMARY KEY, service text NOT NULL, area text NOT NULL, details text NOT NULL,
    volunteer_id bigint, placed_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE notifications (order_id uuid PRIMARY KEY, volunteer_id bigint NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE outbox (position bigserial PRIMARY KEY, service text NOT NULL, event_id uuid NOT NULL,
    subject text NOT NULL, body text NOT NULL, sent boolean NOT NULL DEFAULT false);
CREATE INDEX outbox_unsent ON outbox (service, position) WHERE NOT sent;
CREATE TABLE inbox (consumer text NOT NULL, event_id uuid NOT NULL, PRIMARY KEY (consumer, event_id));
"""
TABLES = "orders, notifications, outbox, inbox"


def plain(url: str) -> str:
    """The URL as asyncpg takes it."""
    return url.replace("postgresql+asyncpg://", "postgresql://")


async def prepare(url: str) -> None:
    """Empty tables, and volunteers with room for everybody."""
    connection = await asyncpg.connect(plain(url))
    try:
        if await connection.fetchval("SELECT to_regclass('volunteers')") is None:
            await connection.execute(SCHEMA)
            await connection.execute(
                "INSERT INTO volunteers (id, capacity) SELECT n, 1000000 FROM generate_series(1, $1) n", VOLUNTEERS
            )
        await connection.execute(f"TRUNCATE {TABLES}")
        await connection.execute("UPDATE volunteers SET load = 0")
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def done(url: str) -> tuple[int, int]:
    """How many orders and notifications there are."""
    connection = await asyncpg.connect(plain(url))
    try:
        row = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM notifications) AS told"
        )
        return int(row["orders"]), int(row["told"])
    finally:
        await connection.close()
