"""A broker of the test's own, with the stack's users, permissions, streams and durables."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from nats.js import JetStreamContext

from tests.integration.messaging.parties import connected, declare_streams, guarded_server
from tests.servers import NatsServer


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A declared broker that may be stopped, killed and started."""
    with guarded_server(tmp_path / "nats") as server:
        await declare_streams(server)
        yield server


@pytest.fixture
async def js(broker: NatsServer) -> AsyncIterator[JetStreamContext]:
    """The operator's view of the broker."""
    async with connected(broker) as js:
        yield js


@pytest.fixture
async def intake_js(broker: NatsServer) -> AsyncIterator[JetStreamContext]:
    """Intake's own connection, to publish by hand what its relay never would."""
    async with connected(broker, "intake") as js:
        yield js


@pytest.fixture
def tmp_path_url(tmp_path: Path) -> Callable[[], str]:
    """Makes empty SQLite databases, for tests of the broker alone."""
    return lambda: f"sqlite+aiosqlite:///{tmp_path / f'{secrets.token_hex(4)}.db'}"
