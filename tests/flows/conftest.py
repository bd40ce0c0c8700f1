"""One real stack for each kind of database, shared by the flow tests."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.attached import Attached, attach
from deploy.demo.doors import Doors
from shared.contracts.flows import SERVICES
from tests.databases import DATABASES
from tests.integration.deploy.stacks import EVENING, free_port_base, up
from tests.servers import PostgresServer


@pytest.fixture(scope="package", params=DATABASES)
async def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Attached]:
    """A stack with the reference county and its roster, on SQLite and on PostgreSQL."""
    data: Path = tmp_path_factory.mktemp(f"stack-{request.param}")
    databases = {}
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        databases = {
            f"PAIDAN_{service.upper()}_DATABASE_URL": server.create(f"flows_{secrets.token_hex(4)}")
            for service in SERVICES
        }
    async with up(data, free_port_base(), "--clock", EVENING, environment=databases):
        yield attach(data)


@pytest.fixture
async def doors(stack: Attached) -> AsyncIterator[Doors]:
    """The stack's public doors."""
    async with Doors(stack) as opened:
        yield opened


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is verified comes first: its scene needs mediators whom no other test has asked so often that they are left
    in peace for the day.
    """
    items.sort(key=lambda one: one.path.name != "test_verify.py")
