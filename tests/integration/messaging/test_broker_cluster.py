"""The production broker: three nodes from deploy/nats, of which one may die while events are published."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import nats
import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError

from deploy.commands.broker import declare_at
from deploy.nats_server import users_file
from deploy.permissions import OPERATOR, inbox_of
from shared.contracts.intake import OrderAmended
from tests.integration.ledger import entries, outbox
from tests.integration.messaging.parties import PASSWORD, Party, amended, headers_of, line, note, party, stored
from tests.nats_cluster import CONFIGURATION, NatsCluster, NatsNode
from tests.waiting import wait_for

HASHED = "$2a$04$paidanpaidanpaidanpaiOh3uM5JQ7Zq3JTo414sLlzbQQIH1QCYW"
"""bcrypt of PASSWORD, of four rounds' cost."""
TAKEN_OVER_SECONDS = 10.0


@pytest.fixture(scope="module")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NatsCluster]:
    """Three nodes with every stream on each of them; intake's password lies there as a hash."""
    made = NatsCluster(tmp_path_factory.mktemp("nats"), password=PASSWORD)
    for node in made.nodes:
        node.know_hash("intake", HASHED)
    with made:
        await declare_at(made.url, PASSWORD, 3)
        yield made


def test_the_users_of_the_production_broker_are_those_the_permissions_name() -> None:
    """deploy/nats/users.conf is what `paidan broker users` prints, and holds no password."""
    assert users_file() == (CONFIGURATION.parent / "users.conf").read_text(encoding="utf-8")


async def test_events_survive_the_death_of_the_leading_node(
    cluster: NatsCluster, tmp_path_url: Callable[[], str]
) -> None:
    """The leader is killed while intake publishes: within ten seconds it goes on, nothing lost and nothing doubled;
    the node comes back and catches up.
    """
    async with (
        party("intake", tmp_path_url(), cluster) as intake,
        party("matcher", tmp_path_url(), cluster, note) as matcher,
    ):
        recording = asyncio.create_task(_record(intake, 400))
        await wait_for(lambda: _sent(intake, 100), 30)
        leader = await _leading(cluster, "INTAKE")
        leader.kill()
        silent = await _seconds_until_published_again(intake)
        assert silent <= TAKEN_OVER_SECONDS
        events = await recording
        await wait_for(lambda: _sent(intake, len(events)), 30)
        await wait_for(lambda: _heard(matcher, len(events)), 30)
        cluster.start()
        heard = await entries(matcher.database)
        published = [row.event_id for row in await outbox(intake.database)]
    assert sorted(line(event) for event in events) == sorted(heard)
    client = await nats.connect(
        leader.url, user=OPERATOR, password=PASSWORD, inbox_prefix=inbox_of(OPERATOR), allow_reconnect=False
    )
    try:
        found = await stored(client.jetstream(), "INTAKE")
        state = await client.jetstream().stream_info("INTAKE")
    finally:
        await client.close()
    assert sorted(published) == sorted(headers_of(message)["Nats-Msg-Id"] for message in found)
    assert 3 == state.config.num_replicas


async def test_the_production_broker_knows_nobody_without_a_user(cluster: NatsCluster) -> None:
    """Neither an anonymous client nor a wrong password is let in, on any node."""
    for node in cluster.nodes:
        for user, password in ((None, None), ("intake", "something-else")):
            client = Client()
            with pytest.raises(NatsError, match=r"(?i)authorization"):
                await client.connect(node.url, user=user, password=password, allow_reconnect=False)
            await client.close()


async def _record(intake: Party, count: int) -> list[OrderAmended]:
    events = [amended(f"o-{n}", 1) for n in range(count)]
    for event in events:
        await intake.record(event)
        await asyncio.sleep(0.01)  # the rate of the events; nothing waits for it
    return events


async def _sent(intake: Party, at_least: int) -> bool:
    return sum(row.sent_at is not None for row in await outbox(intake.database)) >= at_least


async def _heard(matcher: Party, count: int) -> bool:
    return len(await entries(matcher.database)) == count


async def _leading(cluster: NatsCluster, stream: str) -> NatsNode:
    return await wait_for(lambda: asyncio.to_thread(cluster.leader_of, stream), 10, "a leader")


async def _seconds_until_published_again(intake: Party) -> float:
    killed = time.monotonic()
    recorded = len(await outbox(intake.database))
    await wait_for(lambda: _sent(intake, recorded + 1), 2 * TAKEN_OVER_SECONDS)
    return time.monotonic() - killed
