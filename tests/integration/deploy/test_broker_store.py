"""A broker's store after the power failed: what cannot be read is set aside, and the broker is whole again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import nats
import pytest
from nats.js import JetStreamContext

from deploy.broker_store import CHECKSUM, DESCRIPTION, set_aside_unreadable
from shared.messaging.streams import declare
from tests.ports import LOOPBACK, free_port
from tests.servers import NatsServer
from tests.waiting import wait_for

INTAKE = "$G/streams/INTAKE"
HEARD_BY_MATCHER = f"{INTAKE}/obs/matcher_from_intake"


@asynccontextmanager
async def serving(server: NatsServer) -> AsyncIterator[JetStreamContext]:
    """The server runs inside the block."""
    with server:
        client = await nats.connect(server.url)
        try:
            yield client.jetstream()
        finally:
            await client.close()


@pytest.mark.parametrize(
    ("lost", "moved"),
    [
        ([f"{INTAKE}/{DESCRIPTION}", f"{HEARD_BY_MATCHER}/{DESCRIPTION}"], [INTAKE]),
        ([f"{INTAKE}/{CHECKSUM}"], [INTAKE]),
        ([f"{HEARD_BY_MATCHER}/{DESCRIPTION}"], [HEARD_BY_MATCHER]),
    ],
    ids=["stream", "checksum", "durable"],
)
async def test_what_a_power_cut_left_empty_is_set_aside(
    lost: Sequence[str], moved: Sequence[str], tmp_path: Path
) -> None:
    """The server is healthy again and everything can be declared; the other streams keep their messages."""
    monitoring = free_port()
    server = NatsServer(tmp_path / "nats", more=f'http: "{LOOPBACK}:{monitoring}"')
    store = tmp_path / "nats" / "store"
    async with serving(server) as js:
        await declare(js)
        await js.publish("matcher.offer_made.v1.c1.o-1", b"{}")
    for name in lost:
        (store / "jetstream" / name).write_bytes(b"")
    assert list(moved) == set_aside_unreadable(store, tmp_path / "aside")
    async with serving(server) as js, httpx2.AsyncClient(trust_env=False) as http:

        async def healthy() -> bool:
            return (await http.get(f"http://{LOOPBACK}:{monitoring}/healthz")).status_code == 200

        await declare(js)
        await wait_for(healthy, 10)
        assert 1 == (await js.stream_info("MATCHER")).state.messages


async def test_a_whole_store_is_left_as_it_is(tmp_path: Path) -> None:
    """Nothing is moved, and where there is no store yet, nothing is missed."""
    server = NatsServer(tmp_path / "nats")
    async with serving(server) as js:
        await declare(js)
    for store in (tmp_path / "nats" / "store", tmp_path / "none"):
        assert [] == set_aside_unreadable(store, tmp_path / "aside")
    assert not (tmp_path / "aside").exists()
