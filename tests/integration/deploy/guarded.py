"""The local stack's broker for a module of tests, and connections that remember what the server refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from nats.aio.client import Client

from deploy.broker import LocalBroker
from deploy.keeper import Timings
from deploy.layout import Layout, Ports
from deploy.permissions import inbox_of
from deploy.supervisor import Supervisor
from shared.contracts.flows import DEAD_LETTERS, SERVICES, stream_of
from shared.messaging.entering import enter
from tests.integration.deploy.stacks import free_port_base
from tests.waiting import wait_for

STREAMS = tuple(stream_of(publisher) for publisher in (*SERVICES, DEAD_LETTERS))


@asynccontextmanager
async def kept_broker(directory: Path) -> AsyncIterator[LocalBroker]:
    """A broker with all its streams, kept by the real supervisor."""
    layout = Layout.at(directory)
    layout.make()
    broker = LocalBroker(layout, Ports(free_port_base()), "always")
    async with Supervisor(layout.logs, timings=Timings(grace=5)) as supervisor:
        await supervisor.start(broker.prepare())
        yield broker


class Connection:
    """A connection of one user that remembers what the server complained about."""

    def __init__(self, client: Client, complaints: list[str]) -> None:
        self.client = client
        self.complaints = complaints

    async def complains(self, of: str) -> str:
        """The server's permission violation on a subject, once it has arrived."""

        async def violation() -> str:
            found = [line for line in self.complaints if "permissions violation" in line and of.lower() in line]
            return found[0] if found else ""

        return await wait_for(violation, within=5, what=f"a permission violation on {of}")

    async def refused(self, kind: str, subjects: Sequence[str]) -> None:
        """Waits until the server has refused each subject, as ``publish`` or ``subscription``, by its full name."""

        async def all_said() -> bool:
            said = [line for line in self.complaints if f"permissions violation for {kind}" in line]
            return all(any(f'"{subject.lower()}"' in line for line in said) for subject in subjects)

        await wait_for(all_said, within=5, what=f"a refusal of each of {subjects}")
        await self.client.flush()


@asynccontextmanager
async def connected(broker: LocalBroker, user: str) -> AsyncIterator[Connection]:
    """Connect as a service would: own key, own inbox."""
    complaints: list[str] = []

    async def complained(error: Exception) -> None:
        complaints.append(str(error).lower())

    client = await enter(broker.entrance(user), inbox_prefix=inbox_of(user), error_cb=complained, allow_reconnect=False)
    try:
        yield Connection(client, complaints)
    finally:
        await client.close()
