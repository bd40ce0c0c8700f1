"""Matcher on both databases, with the reference county's areas, posts and clocks, and rosters made by the tests.

Each kind of database is migrated once; a test begins with a copy of the file, or with emptied tables.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from services.matcher.models import MatcherTable
from shared.community.definition import Community, load
from shared.persistence.engine import Database
from shared.persistence.migrating import migrate
from tests.conftest import DATABASES
from tests.integration.matcher.stage import MIGRATIONS, Stage
from tests.servers import PostgresServer

COUNTY = Path(__file__).parents[3] / "deploy/definitions/reference/county.toml"
TABLES = ", ".join(MatcherTable.metadata.tables)


@pytest.fixture(scope="session")
def rules() -> Community:
    """The reference county."""
    return load(COUNTY)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with matcher's tables, to be copied."""
    file = tmp_path_factory.mktemp("matcher") / "migrated.db"
    _migrate(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_server(postgres_server: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database with matcher's tables."""
    name = f"matcher_{secrets.token_hex(8)}"
    url = postgres_server.create(name)
    _migrate(url)
    yield url
    postgres_server.drop(name)


@pytest.fixture(params=DATABASES)
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with matcher's tables; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        copy = tmp_path / "matcher.db"
        shutil.copy(request.getfixturevalue("migrated_file"), copy)
        return f"sqlite+aiosqlite:///{copy}"
    url: str = request.getfixturevalue("migrated_server")
    return url


@pytest.fixture
async def stage(migrated_url: str, rules: Community) -> AsyncIterator[Stage]:
    """An empty matcher, once on SQLite and once on PostgreSQL."""
    made = Stage(migrated_url, rules)
    if not made.database.is_sqlite:
        async with made.database.writing() as session:
            await session.execute(text(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE"))
    yield made
    await made.database.close()


def _migrate(url: str) -> None:
    """In a thread of its own: the tests' event loop stays theirs."""

    async def run() -> None:
        database = Database(url)
        await migrate(database, MIGRATIONS)
        await database.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()
