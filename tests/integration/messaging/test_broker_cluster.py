"""The production broker: three nodes from deploy/nats over TLS. One may die while events are published, and keys may
be changed.
"""

from __future__ import annotations

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from nats.errors import Error as NatsError

from deploy.broker import come_in
from deploy.commands.broker import declare_at
from deploy.rotating import rotate
from shared.contracts.intake import OrderAmended
from shared.messaging.entering import Entrance
from tests.certificates import Authority
from tests.integration.ledger import entries, outbox
from tests.integration.messaging.parties import Party, amended, headers_of, line, note, party, stored
from tests.nats_cluster import NatsCluster, NatsNode
from tests.servers import LOOPBACK, NatsServer
from tests.waiting import wait_for

TAKEN_OVER_SECONDS = 60.0
"""Until another node leads; how long it really takes is measured by `make faults`."""


@pytest.fixture(scope="module")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NatsCluster]:
    """Three nodes with every stream on each of them."""
    with NatsCluster(tmp_path_factory.mktemp("nats")) as made:
        await declare_at(made.entrance(), 3)
        yield made


async def test_events_survive_the_death_of_the_leading_node(
    cluster: NatsCluster, tmp_path_url: Callable[[], str]
) -> None:
    """The leader is killed while intake publishes: it goes on, nothing lost and nothing doubled; the node comes back
    and catches up.
    """
    async with (
        party("intake", tmp_path_url(), cluster) as intake,
        party("matcher", tmp_path_url(), cluster, note) as matcher,
    ):
        recording = asyncio.create_task(_record(intake, 400))
        await wait_for(lambda: _sent(intake, 100), 30)
        leader = await _leading(cluster, "INTAKE")
        leader.kill()
        recorded = len(await outbox(intake.database))
        await wait_for(lambda: _sent(intake, recorded + 1), TAKEN_OVER_SECONDS)
        events = await recording
        await wait_for(lambda: _sent(intake, len(events)), 30)
        await wait_for(lambda: _heard(matcher, len(events)), 30)
        cluster.start()
        heard = await entries(matcher.database)
        published = [row.event_id for row in await outbox(intake.database)]
    assert sorted(line(event) for event in events) == sorted(heard)
    client = await come_in(cluster.entrance(url=leader.url))
    try:
        found = await stored(client.jetstream(), "INTAKE")
        state = await client.jetstream().stream_info("INTAKE")
    finally:
        await client.close()
    assert sorted(published) == sorted(headers_of(message)["Nats-Msg-Id"] for message in found)
    assert 3 == state.config.num_replicas


async def test_a_key_is_changed_while_facts_are_published_and_heard(
    cluster: NatsCluster, tmp_path_url: Callable[[], str]
) -> None:
    """Both services get new keys in the midst of it: nothing is lost or doubled, no server starts anew, and the old
    keys open nothing.
    """
    old = cluster.users.with_name("old.seed")
    shutil.copy(cluster.seeds.path("intake"), old)
    pids = [node.pid for node in cluster.nodes]
    async with (
        party("intake", tmp_path_url(), cluster) as intake,
        party("matcher", tmp_path_url(), cluster, note) as matcher,
    ):
        recording = asyncio.create_task(_record(intake, 150))
        await wait_for(lambda: _sent(intake, 20), 30)
        keys = [await rotate(cluster.guarded, user) for user in ("intake", "matcher")]
        events = await recording
        await wait_for(lambda: _heard(matcher, len(events)), 30)
        heard = await entries(matcher.database)
    assert sorted(line(event) for event in events) == sorted(heard)
    assert keys == [cluster.seeds.public_key(user) for user in ("intake", "matcher")]
    assert pids == [node.pid for node in cluster.nodes]
    for node in cluster.nodes:
        with pytest.raises(NatsError, match=r"(?i)authorization"):
            await come_in(replace(cluster.entrance("intake", node.url), seed=old), "intake")


async def test_the_production_broker_lets_nobody_in_without_a_key(cluster: NatsCluster) -> None:
    """Neither an anonymous client nor a password, on any node."""
    for node in cluster.nodes:
        for user, password in (("", ""), ("intake", "something-else")):
            with pytest.raises(NatsError, match=r"(?i)authorization"):
                await come_in(Entrance(node.url, user, password, authority=cluster.authority.file))


async def test_a_service_tells_its_key_to_no_server_that_cannot_prove_its_name(
    cluster: NatsCluster, nats_server: NatsServer, tmp_path: Path
) -> None:
    """Not to one that another authority vouches for, not under another name, not to one that speaks in clear."""
    right, strange = cluster.entrance("intake"), Authority(tmp_path, "strange").file
    unproven = [
        replace(right, authority=strange),
        replace(right, url=cluster.nodes[0].url.replace(LOOPBACK, "localhost")),
        replace(right, url=nats_server.url),
    ]
    for entrance in unproven:
        with pytest.raises((ssl.SSLError, TimeoutError, NatsError), match=r"(?i)certificate|ssl|tls|version|^$") as no:
            await come_in(entrance, "intake", 2)
        assert "authorization" not in str(no.value).lower()
    with pytest.raises((OSError, TimeoutError, NatsError)):  # nor does a node talk to whoever does without TLS
        await come_in(replace(right, authority=None), "intake", 2)


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
