"""Matcher on both databases, with the reference county's areas, posts and clocks, and rosters made by the tests.

Each kind of database is migrated once; a test begins with a copy of the file, or with emptied tables.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from services.matcher.app import make_app
from services.matcher.clocks import DispatchClock
from services.matcher.models import MatcherTable
from services.matcher.settings import MatcherSettings
from services.matcher.use_cases import UseCases
from shared.community.definition import Community, load
from shared.identity.keys import create_keys, read_key
from shared.identity.tokens import TokenSigner
from shared.persistence.engine import Database
from shared.persistence.migrating import migrate
from shared.persistence.vault import Vault
from tests.databases import DATABASES
from tests.integration.matcher.ground import KEY
from tests.integration.matcher.house import House
from tests.integration.matcher.stage import MIGRATIONS, Stage
from tests.servers import PostgresServer

COUNTY = Path(__file__).parents[3] / "deploy/definitions/reference/county.toml"
TABLES = ", ".join(table for table in MatcherTable.metadata.tables if table != "audit")  # nobody empties that one


@pytest.fixture(scope="session")
def rules() -> Community:
    """The reference county, with clocks that run day and night: what hours do to a clock is tested apart.

    Without its counters, so that staff's services come to the coordinators: counters have tests of their own.
    """
    county = load(COUNTY)
    departments = tuple(one for one in county.departments if not one.is_counter)
    always = {"hours": None, "lead_minutes": 0}
    clocks = county.clocks.model_copy(
        update={
            "normal": county.clocks.normal.model_copy(update=always | {"dispatch_minutes": 240, "tier_minutes": 1440}),
            "flexible": county.clocks.flexible.model_copy(
                update=always | {"dispatch_minutes": 1440, "tier_minutes": 2880}
            ),
        }
    )
    return replace(county, clocks=clocks, departments=departments)


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


@pytest.fixture
async def house(
    stage: Stage, tmp_path: Path, rules: Community, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """Matcher's application without a broker, on the stage's database; the stage pairs with the same vault.

    Its clock rests: what falls due is the tests' to sweep.
    """

    async def rest(_clock: DispatchClock) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(DispatchClock, "run", rest)
    create_keys(tmp_path / "keys")
    (tmp_path / "keys" / "audit.key").write_text(KEY.hex())  # one chain, whoever of the two writes
    settings = MatcherSettings(
        database_url=stage.database.url,
        keys=tmp_path / "keys",
        erasures=tmp_path / "erasures",
        clock=f"{stage.now.isoformat()}@0.000001",
        nats_url="nats://127.0.0.1:1",
    )
    stage.vault = Vault(read_key(settings.keys, "matcher-vault"))
    stage.use_cases = UseCases(rules, stage.vault, stage.writer)
    app = make_app(settings, rules)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://matcher.test") as client,
    ):
        yield House(stage, client, TokenSigner(read_key(settings.keys, "tokens")))


def _migrate(url: str) -> None:
    """In a thread of its own: the tests' event loop stays theirs."""

    async def run() -> None:
        database = Database(url)
        await migrate(database, MIGRATIONS)
        await database.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()
