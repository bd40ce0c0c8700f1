"""Brokers a fleet can be put on: one server kept alive like the services, or the three nodes of production."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.broker import LocalBroker
from deploy.commands.broker import declare_at
from deploy.layout import Layout, Ports
from deploy.permissions import OPERATOR
from deploy.seeds import Seeds
from deploy.supervisor import Supervisor
from shared.messaging.entering import Entrance
from tests.integration.deploy.stacks import free_port_base
from tests.nats_cluster import NODES, NatsCluster, NatsNode
from tests.waiting import wait_for

WHOLE_SECONDS = 60.0


@dataclass
class ClusterBroker:
    """Three nodes, every stream on each. ``away``: the nodes that a fault has taken."""

    cluster: NatsCluster
    away: set[str] = field(default_factory=set)
    returning: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """All three."""
        return self.cluster.url

    def entrance(self, user: str = OPERATOR) -> Entrance:
        """How a user comes in, at all three."""
        return self.cluster.entrance(user)

    def living_url(self) -> str:
        """A node that nobody has taken."""
        return next(node.url for node in self.cluster.nodes if node.name not in self.away)

    async def whole(self) -> None:
        """Wait until all nodes are there and have caught up. Raises ``AssertionError``."""
        await asyncio.gather(*self.returning)
        await asyncio.to_thread(self.cluster.wait_until_whole, WHOLE_SECONDS)

    async def leader_of(self, stream: str) -> NatsNode:
        """The node that leads a stream. Raises ``AssertionError`` when nobody does for long."""

        async def leader() -> NatsNode:
            return await asyncio.to_thread(self.cluster.leader_of, stream)

        return await wait_for(leader, WHOLE_SECONDS, f"a leader of {stream}")


@asynccontextmanager
async def cluster_broker(directory: Path, layout: Layout) -> AsyncIterator[ClusterBroker]:
    """Three nodes with their streams declared; the users' keys lie where commands look for them."""
    layout.make()
    cluster = NatsCluster(directory, Seeds(layout.nats_users))
    broker = ClusterBroker(cluster)
    try:
        await asyncio.to_thread(cluster.start)
        await declare_at(cluster.entrance(), NODES)
        yield broker
    finally:
        for one in broker.returning:
            one.cancel()
        await asyncio.gather(*broker.returning, return_exceptions=True)
        await asyncio.to_thread(cluster.stop)


@dataclass(frozen=True)
class OneBroker:
    """One server, kept alive as the local stack keeps it."""

    local: LocalBroker

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.local.place.url

    def entrance(self, user: str = OPERATOR) -> Entrance:
        """How a user comes in."""
        return self.local.entrance(user)

    def living_url(self) -> str:
        """There is no other."""
        return self.url


@asynccontextmanager
async def one_broker(layout: Layout) -> AsyncIterator[OneBroker]:
    """A server of the data directory, with users, permissions and streams as the local stack has them."""
    layout.make()
    local = LocalBroker(layout, Ports(free_port_base()), "always")
    async with Supervisor(layout.logs) as supervisor:
        await supervisor.start(local.prepare())
        yield OneBroker(local)
