"""The connections: what SQLite must be told, and what both databases promise."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from shared.persistence.engine import Database
from tests.integration.ledger import Entry, entries, ledger_database


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite database in a folder that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'folder' / 'ledger.db'}"


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 3_000),
        ("query_only", 0),
    ],
)
async def test_sqlite_writes_durably(sqlite_url: str, pragma: str, expected: object) -> None:
    """WAL with FULL (2) keeps every commit over a power cut; foreign keys hold; a writer waits its turn."""
    async with ledger_database(sqlite_url) as database, database.writing() as session:
        assert expected == await session.scalar(text(f"PRAGMA {pragma}"))


async def test_a_reading_session_cannot_write(sqlite_url: str) -> None:
    """On SQLite a read model cannot change anything, by mistake or otherwise."""
    async with ledger_database(sqlite_url) as database, database.reading() as session:
        with pytest.raises(DBAPIError, match="readonly"):
            await session.execute(text("INSERT INTO entries (name, written_at) VALUES ('x', '2026-01-01')"))


async def test_many_processes_may_write_to_one_sqlite_file(sqlite_url: str) -> None:
    """Read-then-write transactions of separate engines wait for one another (BEGIN IMMEDIATE) and none fails.

    With a plain BEGIN the reader that wants to become a writer is told "database is locked" at once.
    """
    rivals = [Database(sqlite_url) for _ in range(4)]

    async def write(database: Database, name: str) -> None:
        async with database.writing() as session:
            await session.scalar(text("SELECT count(*) FROM entries"))
            await asyncio.sleep(0)
            session.add(Entry(name=name, written_at=datetime.now(UTC)))

    async with ledger_database(sqlite_url) as database:
        await asyncio.gather(*(write(rivals[n % 4], f"line {n}") for n in range(80)))
        assert {f"line {n}" for n in range(80)} == set(await entries(database))
    for rival in rivals:
        await rival.close()


async def test_a_reader_is_not_held_up_by_a_writer(database: Database) -> None:
    """While a writing transaction is open, reading answers at once with what was committed before."""
    async with database.writing() as session:
        session.add(Entry(name="uncommitted", written_at=datetime.now(UTC)))
        await session.flush()
        async with asyncio.timeout(2):
            assert [] == await entries(database)
    assert ["uncommitted"] == await entries(database)


async def test_a_writing_session_that_raises_leaves_no_trace(database: Database) -> None:
    """Everything or nothing."""
    with pytest.raises(RuntimeError):
        async with database.writing() as session:
            session.add(Entry(name="half", written_at=datetime.now(UTC)))
            await session.flush()
            raise RuntimeError
    assert [] == await entries(database)


async def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    """A plain datetime column keeps the instant on both databases, whatever zone it came in (facts.md)."""
    evening = datetime(2026, 11, 22, 19, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    async with database.writing() as session:
        session.add(Entry(name="evening", written_at=evening))
    async with database.reading() as session:
        found = (await session.scalars(select(Entry))).one().written_at
    assert evening == found
    assert timedelta(0) == found.utcoffset()


async def test_what_one_reader_reads_belongs_together(database: Database) -> None:
    """A commit between two statements of one reader is in neither: an order and its timeline are of one moment."""
    count = text("SELECT count(*) FROM entries")
    async with database.reading() as session:
        before = await session.scalar(count)
        async with database.writing() as other:
            other.add(Entry(name="meanwhile", written_at=datetime.now(UTC)))
        assert (0, 0) == (before, await session.scalar(count))
    async with database.reading() as session:
        assert 1 == await session.scalar(count)
