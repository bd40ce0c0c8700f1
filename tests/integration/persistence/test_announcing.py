"""What one process announces is heard by the others, after a broken connection as well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.persistence.announcing import Announcing
from shared.persistence.engine import Database
from tests.servers import PostgresServer
from tests.waiting import wait_for

LISTENERS = "SELECT pid FROM pg_stat_activity WHERE query ILIKE 'LISTEN %' AND pid <> pg_backend_pid()"


class Watched:
    """What a hub was told."""

    def __init__(self) -> None:
        self.topics: list[str] = []
        self.all = 0

    def announce(self, *topics: str) -> None:
        """These."""
        self.topics += topics

    def announce_all(self) -> None:
        """All."""
        self.all += 1


@pytest.fixture
async def url(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """A database that several processes use."""
    yield postgres_server.create("announcing")
    postgres_server.drop("announcing")


@asynccontextmanager
async def process(url: str, service: str = "tea") -> AsyncIterator[tuple[Announcing, Watched]]:
    """One process of a service, listening; a connection that breaks is made anew, as a service does."""
    database, watched = Database(url), Watched()
    announcing = Announcing(database, service, watched)

    async def turn() -> None:
        while True:
            try:
                await announcing.run()
            except (SQLAlchemyError, OSError):
                await asyncio.sleep(0.05)

    async def listens() -> bool:
        return watched.all == 1

    running = asyncio.create_task(turn())
    try:
        await wait_for(listens)
        yield announcing, watched
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await database.close()


async def heard(watched: Watched, *topics: str) -> None:
    """Wait until the hub was told of these, and of nothing else."""

    async def told() -> bool:
        return set(topics) <= set(watched.topics)

    await wait_for(told)
    assert sorted(topics) == sorted(watched.topics)


async def test_every_process_hears_once_what_one_announces(url: str) -> None:
    """Also the one that announces it, and at once there."""
    async with process(url) as (one, here), process(url) as (_, there):
        one.announce(["order-1", "order-2", "order-1"])
        assert ["order-1", "order-2"] == here.topics
        await heard(there, "order-1", "order-2")
        one.announce(["order-3"])
        await heard(there, "order-1", "order-2", "order-3")
        assert ["order-1", "order-2", "order-3"] == here.topics


async def test_more_than_one_message_holds_is_told_in_several(url: str) -> None:
    """PostgreSQL refuses a message of 8000 bytes."""
    many = [f"{number:036}" for number in range(1000)]
    async with process(url) as (one, _), process(url) as (_, there):
        one.announce(many)
        await heard(there, *many)


async def test_another_service_hears_nothing(url: str) -> None:
    """Each has a channel of its own."""
    async with process(url) as (one, _), process(url) as (_, there), process(url, "coffee") as (_, elsewhere):
        one.announce(["order-1"])
        await heard(there, "order-1")
        assert [] == elsewhere.topics


async def test_whoever_lost_their_connection_looks_at_everything_once_it_is_back(url: str) -> None:
    """What was told in between is not told again."""
    async with process(url) as (one, _), process(url) as (_, there):
        async with Database(url).writing() as session:
            for pid in (await session.scalars(text(LISTENERS))).all():
                await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

        async def back() -> bool:
            one.announce(["order-1"])
            return there.all == 2 and "order-1" in there.topics

        await wait_for(back, 20, "both to listen again")


async def test_with_one_process_nobody_listens() -> None:
    """On SQLite there is nobody else; whoever watches here is told."""
    watched = Watched()
    announcing = Announcing(Database("sqlite+aiosqlite:///nowhere.db"), "tea", watched)
    await asyncio.wait_for(announcing.run(), 1)
    announcing.announce(["order-1"])
    assert ["order-1"] == watched.topics
