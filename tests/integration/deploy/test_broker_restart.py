"""The broker under the supervisor: its streams outlive it, and come back when its disk was lost."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from deploy.broker import LocalBroker
from deploy.declaring import kept_declared, missing
from deploy.keeper import Timings
from deploy.layout import Layout, Ports
from deploy.supervisor import Supervisor
from tests.integration.deploy.stacks import free_port_base
from tests.waiting import wait_for

SLOW_TO_RETURN = Timings(first_pause=0.5, grace=5)
"""Long enough to take the disk away between the end of one server and the start of the next."""


@pytest.mark.parametrize(("disk_lost", "kept"), [(False, 1), (True, 0)], ids=["disk kept", "disk lost"])
async def test_streams_are_declared_again_when_the_broker_comes_back(
    tmp_path: Path, *, disk_lost: bool, kept: int
) -> None:
    """After kill -9 the stored facts are there; after the loss of the disk at least every stream is."""
    layout = Layout.at(tmp_path / "data")
    layout.make()
    broker = LocalBroker(layout, Ports(free_port_base()), "always")
    async with Supervisor(layout.logs, timings=SLOW_TO_RETURN) as supervisor:
        await supervisor.start(broker.prepare())
        await publish_one(broker)
        os.kill(supervisor.pids["nats"], signal.SIGKILL)

        async def ended() -> bool:
            return "nats" not in supervisor.pids

        await wait_for(ended)
        if disk_lost:
            shutil.rmtree(layout.nats_store)

        async def messages() -> dict[str, int]:
            return await stored(broker) if "nats" in supervisor.pids else {}

        found = await wait_for(messages, within=20, what="the streams of the next server")
    assert {"INTAKE": kept, "MATCHER": 0, "NOTIFIER": 0, "DEAD": 0} == found


async def test_what_is_deleted_under_a_living_broker_is_declared_again(tmp_path: Path) -> None:
    """Streams with all that hangs on them, and one durable alone: the operator declares what is missing."""
    layout = Layout.at(tmp_path / "data")
    layout.make()
    broker = LocalBroker(layout, Ports(free_port_base()), "always")
    async with Supervisor(layout.logs, timings=Timings(grace=5)) as supervisor:
        await supervisor.start(broker.prepare())
        connection = await broker.connect()
        js = connection.jetstream()
        async with kept_declared(broker.connect, supervisor.fact):
            await js.delete_stream("INTAKE")
            await js.delete_consumer("MATCHER", "notifier_from_matcher")
            assert ["INTAKE", "notifier_from_matcher"] == await missing(js)

            async def whole() -> bool:
                return await missing(js) == []

            await wait_for(whole, within=15, what="everything to be declared again")
        await connection.close()


async def publish_one(broker: LocalBroker) -> None:
    """One fact of intake's, acknowledged by its stream."""
    client = await broker.connect("intake")
    await client.jetstream().publish("intake.probed.v1._.x", b"{}")
    await client.close()


async def stored(broker: LocalBroker) -> dict[str, int]:
    """Messages of each stream; fails while the server is still on its way."""
    client = await broker.connect()
    try:
        found = {info.config.name or "": info.state.messages for info in await client.jetstream().streams_info()}
    finally:
        await client.close()
    return found if len(found) == 4 else {}
