"""The audit's chain: gapless, bound by a key, append-only, under several writers and on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.notifier.app import MIGRATIONS
from services.notifier.models import Audited, Outbox
from services.notifier.repository import Repository
from shared.contracts.audit import STRANGER, SYSTEM, Deed, Verdict, What, Who
from shared.messaging.outbox import keep_in
from shared.persistence.audit import Chain, Seal, day_of
from shared.persistence.audit_clock import AuditClock, AuditKept
from shared.persistence.auditing import Audit
from shared.persistence.checking import check_chain
from shared.persistence.engine import Database
from shared.persistence.group_commit import GroupCommit
from shared.persistence.unit_of_work import Units
from shared.persistence.watching import Thresholds, order_held
from tests.migrated import make_tables

KEY = bytes(range(32))
SEAL = Seal("notifier", KEY)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OPS = Who("ops", "o-1")


@asynccontextmanager
async def writing(url: str, writers: int = 1) -> AsyncIterator[tuple[Database, list[Audit]]]:
    """A notifier's database with so many writers, each as in a process of its own."""
    await make_tables(url, MIGRATIONS)
    databases = [Database(url) for _ in range(writers)]
    groups = [
        GroupCommit(Units(one, Repository, lambda: NOW, keep_in(Outbox), chain=Chain(Audited, SEAL)))
        for one in databases
    ]
    running = [asyncio.create_task(group.run()) for group in groups]
    try:
        yield databases[0], [Audit(group) for group in groups]
    finally:
        for group in groups:
            group.close()
        await asyncio.gather(*running)
        for one in databases:
            await one.close()


async def tamper(database: Database, *statements: str) -> None:
    """As somebody who owns the database: past the triggers."""
    async with database.engine.begin() as connection:
        if database.is_sqlite:
            for trigger in ("updated", "deleted", "replaced"):
                await connection.execute(text(f"DROP TRIGGER IF EXISTS audit_not_{trigger}"))
        else:
            await connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        for statement in statements:
            await connection.execute(text(statement))


async def test_rows_are_chained_without_gaps_by_several_writers(database_url: str) -> None:
    """Whoever commits, the chain is one: two processes on PostgreSQL, one writer's many callers on SQLite."""
    writers = 1 if database_url.startswith("sqlite") else 2
    async with writing(database_url, writers) as (database, audits):
        deeds = [Deed(OPS, What.REPLAYED, subject=f"d-{n}") for n in range(60)]
        await asyncio.gather(*(audits[n % writers].note(deed) for n, deed in enumerate(deeds)))
        checked = await check_chain(database, Audited, SEAL)
        assert (60, []) == (checked.head.sequence, checked.broken)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'o-2' WHERE sequence = 2", "DELETE FROM audit WHERE sequence = 2", "DELETE FROM audit"],
)
async def test_rows_are_neither_changed_nor_taken_out(database_url: str, statement: str) -> None:
    """The database itself refuses, whoever asks in the service's name."""
    async with writing(database_url) as (database, (audit,)):
        await audit.note(*[Deed(OPS, What.REPLAYED)] * 3)
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.engine.begin() as connection:
                await connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET verdict = 'allowed' WHERE sequence = 2", ["row 2 is not what was written"]),
        ("DELETE FROM audit WHERE sequence IN (2, 3)", ["rows 2 to 3 are missing"]),
        ("DELETE FROM audit WHERE sequence = 1", ["row 1 is missing"]),
        (
            """INSERT INTO audit SELECT 6, at, role, actor, area, what, order_id, subject, field, reason, verdict,
             up_to, hash, hash FROM audit WHERE sequence = 5""",
            ["row 6 is not what was written"],
        ),
        (
            "UPDATE audit SET what = 'dropped', up_to = 1 WHERE sequence = 5; DELETE FROM audit WHERE sequence = 1",
            ["row 1 is missing", "row 5 is not what was written"],
        ),
    ],
)
async def test_what_was_tampered_with_is_found(database_url: str, statement: str, said: list[str]) -> None:
    """Somebody with the database alone, triggers off, cannot change, take out, add or pretend a row unseen."""
    async with writing(database_url) as (database, (audit,)):
        await audit.note(*[Deed(OPS, What.ENTERED, field="/api/orders", verdict=Verdict.REFUSED)] * 5)
        await tamper(database, *statement.split("; "))
        checked = await check_chain(database, Audited, SEAL)
        assert said == sorted(checked.broken)


async def test_a_chain_stays_whole_when_its_old_rows_are_dropped(database_url: str) -> None:
    """Whole days go once they have passed their time; a row says so, and nothing older can be taken out besides."""
    async with writing(database_url) as (database, (audit,)):
        chain = Chain(Audited, SEAL, lambda: NOW - timedelta(days=200))
        async with database.writing() as session:
            await chain.append(session, [Deed(OPS, What.REPLAYED)] * 4)
        await audit.note(Deed(OPS, What.REPLAYED))
        async with database.writing() as session:
            dropped = await Chain(Audited, SEAL).drop(session, day_of(NOW, timedelta(days=183)))
        checked = await check_chain(database, Audited, SEAL)
        assert (4, 5, 6, []) == (dropped, checked.first, checked.head.sequence, checked.broken)


async def test_the_chain_of_another_service_does_not_fit(database_url: str) -> None:
    """Rows cannot be carried from one service to another, though one key makes the seals of all."""
    async with writing(database_url) as (database, (audit,)):
        await audit.note(Deed(SYSTEM, What.SWEPT))
        checked = await check_chain(database, Audited, Seal("intake", KEY))
        assert ["row 1 is not what was written"] == checked.broken


async def test_who_does_too_much_is_alerted_of_once(database_url: str) -> None:
    """A volunteer who takes and hands back again and again; told by rule, kept with who, and not told again."""
    async with writing(database_url) as (database, (audit,)):
        harvester, other = Who("volunteer", "v-1"), Who("volunteer", "v-2")
        returned = [Deed(harvester, What.RETURNED, f"o-{n}") for n in range(3)]
        fetched = [Deed(other, What.FETCHED, "o-1")] * 9  # one order, looked at again and again
        audit.strangers = 7
        most = Thresholds(returns=3, fetches=2, strangers=7)
        clock = AuditClock("notifier", database, Chain(Audited, SEAL), audit, AuditKept(most=most))
        await audit.note(*returned, *fetched)
        await clock.sweep()
        await clock.sweep()
        async with database.reading() as session:
            found = await session.execute(text("SELECT field, subject, reason FROM audit WHERE what = 'alerted'"))
            alerts = [tuple(row) for row in found]
        assert [("returns", "v-1", "3/3"), ("strangers", "", "7/7")] == sorted(alerts)


async def test_a_flooded_grid_is_alerted_of_by_itself(database_url: str) -> None:
    """Orders are held in two grids, of whatever phones; where it is too many, the area above hears of it once."""
    async with writing(database_url) as (database, (audit,)):
        clock = AuditClock("notifier", database, Chain(Audited, SEAL), audit, AuditKept(most=Thresholds(held=3)))
        await audit.note(*(order_held(f"o-{n}", "flooded") for n in range(4)), order_held("o-9", "quiet"))
        await audit.note(Deed(STRANGER, What.LIMITED, field="password"))
        await clock.sweep()
        await clock.sweep()
        async with database.reading() as session:
            found = await session.execute(text("SELECT field, area, reason FROM audit WHERE what = 'alerted'"))
            assert [("held", "flooded", "4/3")] == [tuple(row) for row in found]
