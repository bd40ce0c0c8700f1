"""Of several processes on one database one leads; on SQLite there is no second one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.persistence.alone import NotAlone, alone_on, run_alone
from shared.persistence.engine import Database
from shared.persistence.leading import Leading
from tests.integration.ledger import ledger_database
from tests.servers import PostgresServer
from tests.waiting import wait_for

ROOT = Path(__file__).parents[3]
HOLD = """
import sys, time
from shared.persistence.alone import alone_on
with alone_on(sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""
TERMINATE = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND granted AND datname = current_database()
"""


@pytest.fixture
async def shared_database(postgres_server: PostgresServer) -> AsyncIterator[Database]:
    """A PostgreSQL database that several processes may share."""
    async with ledger_database(postgres_server.create("led")) as database:
        yield database
    postgres_server.drop("led")


async def test_one_leads_and_the_next_follows_when_it_resigns(shared_database: Database) -> None:
    """The lead is taken once, kept while asked again, and free once it was left; other names are other leads."""
    first, second, other = (Leading(shared_database, what) for what in ("one", "one", "two"))
    try:
        found = [await one.leads() for one in (first, second, other, first, second)]
        await first.resign()
        found += [await one.leads() for one in (second, first)]
    finally:
        for one in (first, second, other):
            await one.resign()
    assert [True, False, True, True, False, True, False] == found


async def test_the_lead_ends_with_its_connection(shared_database: Database) -> None:
    """A leader whose connection is gone hears of it at its next look, and whoever asks first leads."""
    first, second = Leading(shared_database, "one"), Leading(shared_database, "one")
    try:
        assert [True, False] == [await first.leads(), await second.leads()]
        async with shared_database.writing() as session:
            await session.execute(text(TERMINATE))
        assert await wait_for(second.leads)
        with pytest.raises(Exception, match="connection"):
            await first.leads()
        assert (False, True) == (await first.leads(), await second.leads())
    finally:
        await first.resign()
        await second.resign()


async def test_a_second_process_on_an_sqlite_file_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One line and exit code 1, before anything was run; a killed process leaves the file free."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'one.db'}"
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    try:
        assert b"held\n" == await asyncio.wait_for(holder.stdout.readline(), 20)
        assert 1 == run_alone(url, _never)
        assert 1 == len(capfd.readouterr().err.splitlines())
    finally:
        holder.kill()
        await holder.wait()
    assert 7 == run_alone(url, lambda: 7)


def _never() -> int:
    raise AssertionError("it ran beside another process")


async def test_only_sqlite_files_are_for_one_process(tmp_path: Path) -> None:
    """PostgreSQL and a database in memory may be opened twice, another file as well."""
    file = partial("sqlite+aiosqlite:///{}".format)
    shared = ["postgresql+asyncpg://a:b@127.0.0.1/c", "sqlite+aiosqlite:///:memory:"]
    for url in shared:
        with alone_on(url), alone_on(url):
            pass
    with alone_on(file(tmp_path / "a.db")), alone_on(file(tmp_path / "b.db")), pytest.raises(NotAlone):
        alone_on(file(tmp_path / "a.db")).__enter__()
