"""Matcher on both databases, with the reference county's areas, posts and clocks, and rosters made by the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.community.definition import Community, load
from tests.integration.matcher.stage import Stage

COUNTY = Path(__file__).parents[3] / "deploy/definitions/reference/county.toml"


@pytest.fixture(scope="session")
def rules() -> Community:
    """The reference county."""
    return load(COUNTY)


@pytest.fixture
async def stage(database_url: str, rules: Community) -> AsyncIterator[Stage]:
    """An empty matcher, once on SQLite and once on PostgreSQL."""
    made = Stage(database_url, rules)
    await made.migrate()
    yield made
    await made.database.close()
