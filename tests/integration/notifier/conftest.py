"""Notifier on each database, without a broker unless a test brings one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from services.notifier.app import make_app
from shared.community.definition import Community, load
from tests.integration.notifier.running import Place, client_of, console_of, make_place
from tests.unit.community import small_county


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county."""
    return load(small_county.write(tmp_path_factory.mktemp("county")))


@pytest.fixture
async def place(tmp_path: Path, database_url: str, rules: Community) -> Place:
    """An empty notifier."""
    return await make_place(tmp_path, database_url, rules)


@pytest.fixture
async def app(place: Place) -> AsyncIterator[FastAPI]:
    """The running application of ``place``."""
    made = make_app(place.settings, place.rules)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the running application."""
    async with client_of(app) as client:
        yield client


@pytest.fixture
async def console(place: Place, app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the console beside the running application."""
    async with console_of(place, app) as client:
        yield client
