"""Intake on each database, without a broker unless a test brings one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from shared.community.definition import Community, load
from tests.integration.intake.running import Place, make_place
from tests.unit.community import small_county


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Community:
    """The small county."""
    return load(small_county.write(tmp_path_factory.mktemp("county")))


@pytest.fixture
async def place(tmp_path: Path, database_url: str, rules: Community) -> AsyncIterator[Place]:
    """An empty intake."""
    place = await make_place(tmp_path, database_url, rules)
    yield place
    await place.close()


@pytest.fixture
async def client(place: Place) -> AsyncIterator[httpx2.AsyncClient]:
    """The running application of ``place``."""
    async with place.serving() as client:
        yield client
