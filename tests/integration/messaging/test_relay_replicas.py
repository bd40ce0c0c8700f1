"""Two processes on one PostgreSQL database: one publishes at a time, and the other takes over."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from nats.js import JetStreamContext
from sqlalchemy import text

from shared.contracts.intake import OrderAmended
from tests.integration.messaging.parties import Party, amended, party, stored
from tests.servers import NatsServer, PostgresServer
from tests.waiting import wait_for

HOLDERS = """
SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND granted AND datname = current_database()
"""


@pytest.fixture
async def url(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """A database that two processes share."""
    yield postgres_server.create("relays")
    postgres_server.drop("relays")


async def holders(one: Party) -> list[int]:
    """The connections that hold the lead."""
    async with one.database.reading() as session:
        return list(await session.scalars(text(HOLDERS)))


async def test_what_either_commits_is_published_by_one_of_them(
    url: str, broker: NatsServer, js: JetStreamContext
) -> None:
    """Both record; there is one leader; each event is in the stream once, those of one order in order."""
    async with party("intake", url, broker) as first, party("intake", url, broker) as second:
        await wait_for(lambda: holders(first), 10)
        for version in range(1, 41):
            side = (first, second)[version % 2]
            await side.record(*(amended(f"o-{n}", version) for n in range(5)))
        await wait_for(lambda: sent(first), 20)
        leaders = await holders(first)
        found = [OrderAmended.model_validate_json(message.data) for message in await stored(js, "INTAKE")]
    assert (1, 200) == (len(leaders), len(found))
    assert {f"o-{n}": list(range(1, 41)) for n in range(5)} == by_order(found)


async def test_the_next_takes_over_when_the_leader_ends(url: str, broker: NatsServer) -> None:
    """A stopped leader leaves the lead, and what the other commits goes out."""
    async with AsyncExitStack() as stays:
        async with party("intake", url, broker) as first:
            await wait_for(lambda: holders(first), 10)
            second = await stays.enter_async_context(party("intake", url, broker))
            before = await holders(first)
        await second.record(amended("o-1", 1))
        await wait_for(lambda: sent(second), 10)
        after = await holders(second)
    assert (1, 1, set()) == (len(before), len(after), set(before) & set(after))


async def test_no_order_is_overtaken_while_the_lead_changes_hands(
    url: str, broker: NatsServer, js: JetStreamContext
) -> None:
    """The leader's connection is ended again and again under load: nothing is lost, doubled or out of order."""
    async with party("intake", url, broker) as first, party("intake", url, broker) as second:
        await wait_for(lambda: holders(first), 10)
        writing = asyncio.create_task(_record(first, second))
        ended: set[int] = set()
        while not writing.done():
            for pid in await holders(first):
                ended.add(pid)
                async with first.database.writing() as session:
                    await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            await asyncio.sleep(0.1)
        await writing
        await wait_for(lambda: sent(second), 30)
        found = [OrderAmended.model_validate_json(message.data) for message in await stored(js, "INTAKE")]
    assert {f"o-{n}": list(range(1, 101)) for n in range(10)} == by_order(found)
    assert len(ended) > 1


async def _record(first: Party, second: Party) -> None:
    for version in range(1, 101):
        await (first, second)[version % 2].record(*(amended(f"o-{n}", version) for n in range(10)))
        await asyncio.sleep(0.02)


async def sent(one: Party) -> bool:
    """Whether nothing is left to publish."""
    return await one.relay.waiting() == 0


def by_order(found: list[OrderAmended]) -> dict[str, list[int]]:
    """The versions of each order, as the stream has them."""
    versions: defaultdict[str, list[int]] = defaultdict(list)
    for event in found:
        versions[event.order_id].append(event.version)
    return dict(versions)
