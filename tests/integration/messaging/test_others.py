"""What another process of a service commits is announced in this one, once, whenever its transaction ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert

from shared.messaging.others import OthersCommits
from shared.persistence.engine import Database
from tests.integration.ledger import NOW, Outbox, ledger_database
from tests.servers import PostgresServer


@pytest.fixture
async def ledger(postgres_server: PostgresServer) -> AsyncIterator[Database]:
    """A database that several processes write to."""
    async with ledger_database(postgres_server.create("others")) as database:
        yield database
    postgres_server.drop("others")


def row(about: str) -> dict[str, object]:
    """An outbox row about something."""
    told = {
        "event_id": about,
        "subject": "s",
        "type": "t",
        "about": about,
        "time": NOW,
        "traceparent": "",
        "body": "{}",
    }
    return told | {"version": 1}


async def commit(database: Database, *about: str) -> None:
    """Another process's transaction."""
    async with database.writing() as session:
        await session.execute(insert(Outbox), [row(one) for one in about])


async def test_only_what_comes_after_the_first_look_is_announced(ledger: Database) -> None:
    """What was there before is nobody's news; nothing is told twice."""
    told: list[str] = []
    others = OthersCommits(ledger, Outbox, lambda *about: told.extend(about))
    await commit(ledger, "o-1")
    await others.look()
    assert [] == told
    await commit(ledger, "o-2", "o-3")
    await others.look()
    await others.look()
    assert ["o-2", "o-3"] == told


async def test_a_transaction_that_ends_late_is_not_passed_by(ledger: Database) -> None:
    """Its rows stand before rows that were seen already."""
    told: list[str] = []
    others = OthersCommits(ledger, Outbox, lambda *about: told.extend(about))
    await others.look()
    async with ledger.writing() as late:
        await late.execute(insert(Outbox), [row("o-late")])
        await commit(ledger, "o-early")
        await others.look()
        assert ["o-early"] == told
    await others.look()
    assert ["o-early", "o-late"] == told


async def test_with_one_process_nobody_looks() -> None:
    """On SQLite there is nobody else."""
    others = OthersCommits(Database("sqlite+aiosqlite:///nowhere.db"), Outbox, lambda *_: None)
    await asyncio.wait_for(others.run(), 1)
