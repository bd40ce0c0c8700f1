"""The system itself, as a peer: the whole local stack on PostgreSQL or on SQLite, its broker flushing each write.

It does more for an order than the peers: the door's checks, sealed personal data, similar orders, spam, the pairing of
waiting orders with those who hold the post and are free, the ladder, both confirmations. Done is an order when notifier
has heard that volunteers were asked or that a coordinator holds it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from deploy.attached import attach, load_definition
from deploy.demo.people import People
from shared.contracts.services import SERVICES
from shared.persistence.engine import Database
from tests.bench.loading import Post
from tests.bench.standing import Ground, Standing
from tests.integration.deploy.stacks import EVENING, free_port_base, up

DONE = "SELECT count(*) FROM orders WHERE dispatch_version > 0"
LIMITS = {"PAIDAN_ORDERS_PER_PHONE": "100000", "PAIDAN_FLOOD_WRITES": "10000000", "PAIDAN_FLOOD_CALLER": "10000000"}


@asynccontextmanager
async def ours(where: Ground, folder: Path, *, on_sqlite: bool) -> AsyncIterator[Standing]:
    """A fresh stack with the reference county's volunteers."""
    name = "ours, SQLite" if on_sqlite else "ours"
    databases = {} if on_sqlite else {one: where.postgres.create(f"{one}_{secrets.token_hex(3)}") for one in SERVICES}
    environment = {f"PAIDAN_{one.upper()}_DATABASE_URL": url for one, url in databases.items()} | LIMITS
    data = folder / uuid.uuid4().hex
    async with AsyncExitStack() as leaving:
        running = await leaving.enter_async_context(
            up(data, free_port_base(), "--clock", EVENING, environment=environment)
        )
        stack = attach(data).stack
        database = Database(stack.databases["notifier"], looks=True)
        leaving.push_async_callback(database.close)
        people, now = People(load_definition(stack.definition), 1), datetime.fromisoformat(EVENING)
        number = 0

        def posts(count: int) -> list[Post]:
            nonlocal number
            made: list[Post] = []
            while len(made) < count:
                number += 1
                wish = people.wish(number, now)
                if wish.recorded_in is None:  # what a coordinator takes down comes in by another door
                    body = json.dumps(wish.body, ensure_ascii=False).encode()
                    made.append(Post(body, f"Idempotency-Key: {uuid.uuid4()}\r\n"))
            return made

        async def done() -> int:
            async with database.reading() as session:
                return int(await session.scalar(text(DONE)) or 0)

        servers = [] if on_sqlite else [where.postgres.pid]
        pids = [*stack.children.values(), *servers]
        url = f"{stack.addresses['intake']}/api/orders"
        yield Standing(name, url, posts, lambda: asyncio.create_task(done()), pids)
        assert running.process.returncode is None
    for url in databases.values():
        where.postgres.drop(url.rpartition("/")[2])
