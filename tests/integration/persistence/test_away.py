"""A database that is away, whatever the reason: callers hear so within a bounded time, and nothing is half done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import URL, make_url, text

from shared.contracts.refusal import Unavailable
from shared.persistence.engine import Database
from shared.persistence.group_commit import GroupCommit
from shared.web.errors import Problems
from tests.integration.ledger import Repository, entries, ledger_database, units_of, write_entries
from tests.servers import PostgresServer

BUSY_SECONDS = 0.4
Ledger = tuple[Database, GroupCommit[Repository]]


@asynccontextmanager
async def ledger_of(url: URL) -> AsyncIterator[Ledger]:
    """A ledger that is there, with its writer running and short bounds."""
    database = Database(url.render_as_string(hide_password=False), busy_seconds=BUSY_SECONDS)
    writer = GroupCommit(units_of(database), most=10)
    running = asyncio.create_task(writer.run())
    try:
        yield database, writer
    finally:
        writer.close()
        await running
        await database.close()


async def answer_of(writer: GroupCommit[Repository], name: str) -> object:
    """What a caller hears: the answer, or the kind of the refusal or error."""
    try:
        return await writer.do(write_entries, name)
    except Exception as error:  # noqa: BLE001 - it is the answer
        return type(error)


@asynccontextmanager
async def locked(database: Database) -> AsyncIterator[None]:
    """Somebody else holds the lock that every writer needs."""
    rival = Database(database.url)
    try:
        async with rival.writing() as session:
            await session.execute(text("SELECT 1" if database.is_sqlite else "LOCK TABLE entries"))
            yield
    finally:
        await rival.close()


async def test_however_many_wait_for_a_lock_each_is_answered_after_two_attempts_at_most(database_url: str) -> None:
    """Sixty commands in lists of ten, while somebody else holds the lock: nobody waits for the lists before theirs."""
    names = [f"n{n}" for n in range(60)]
    async with ledger_database(database_url), ledger_of(make_url(database_url)) as (database, writer):
        async with locked(database):
            began = time.monotonic()
            answers = await asyncio.gather(*(answer_of(writer, name) for name in names))
            took = time.monotonic() - began
        assert {Unavailable} == set(answers)
        assert took < 8 * BUSY_SECONDS  # one list after another would be twelve
        again = await asyncio.gather(*(answer_of(writer, name) for name in names))
        assert [f"wrote {name}" for name in names] == again
        assert sorted(names) == sorted(await entries(database))


Spoil = Callable[[asyncpg.Connection, str], Awaitable[None]]


async def read_only(admin: asyncpg.Connection, name: str) -> None:
    """A standby that was taken for the primary."""
    await admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')


async def no_connection_left(admin: asyncpg.Connection, _name: str) -> None:
    """This user has all the connections they may have (53300)."""
    await admin.execute("ALTER ROLE visitor CONNECTION LIMIT 0")


async def disk_full(admin: asyncpg.Connection, _name: str) -> None:
    """What PostgreSQL says when a file cannot grow (53100), said by a trigger."""
    await admin.execute(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
    )
    await admin.execute("CREATE TRIGGER full_disk BEFORE INSERT ON entries EXECUTE FUNCTION full_disk()")


async def terminated(admin: asyncpg.Connection, _name: str) -> None:
    """Every writer's connection is ended just before its commit."""
    await admin.execute(
        "CREATE FUNCTION ended() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
    )
    await admin.execute(
        "CREATE CONSTRAINT TRIGGER ended AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION ended()"
    )


@pytest.mark.parametrize("spoil", [read_only, no_connection_left, disk_full, terminated])
async def test_what_ails_postgresql_is_unavailable_to_the_writer_and_503_at_a_door(
    postgres_server: PostgresServer, spoil: Spoil
) -> None:
    """A list hears Unavailable as one and leaves nothing behind; a door that meets the error itself answers 503."""
    name = f"away_{spoil.__name__}"
    url = postgres_server.create(name)
    admin = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        async with ledger_database(url) as sound:
            await admin.execute("CREATE ROLE visitor LOGIN PASSWORD 'none'")
            await admin.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO visitor")
            await admin.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO visitor")
            await spoil(admin, name)
            async with ledger_of(make_url(url).set(username="visitor", password="none")) as (database, writer):  # noqa: S106 - nobody's
                answers = await asyncio.gather(*(answer_of(writer, name) for name in "abc"))
                assert [Unavailable] * 3 == answers
                assert (503, "2") == await answered_at_a_door(database)
            assert [] == await entries(sound)
    finally:
        await admin.close()
        postgres_server.drop(name)
        postgres_server.run("DROP ROLE IF EXISTS visitor")


async def answered_at_a_door(database: Database) -> tuple[int, str]:
    """Status and Retry-After of a route that writes without the gatherer."""
    app = FastAPI()
    Problems().install(app)

    @app.post("/write")
    async def write() -> None:
        async with units_of(database)() as uow:
            await write_entries(uow, ["door"])

    async with AsyncClient(transport=ASGITransport(app), base_url="http://door") as client:
        answer = await client.post("/write")
    return answer.status_code, answer.headers["retry-after"]


async def test_a_connection_that_was_lost_while_it_rested_is_replaced_before_anybody_gets_it(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that was started again costs nobody an answer."""
    monkeypatch.setattr("shared.persistence.engine.RESTED_SECONDS", 0.0)
    url = postgres_server.create("away_rested")
    database = Database(url)
    admin = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        before = await _backend(database)
        assert before == await _backend(database)
        assert await admin.fetchval("SELECT pg_terminate_backend($1, 5000)", before)
        assert before != await _backend(database)
    finally:
        await database.close()
        await admin.close()
        postgres_server.drop("away_rested")


async def _backend(database: Database) -> int:
    async with database.writing() as session:
        return int(await session.scalar(text("SELECT pg_backend_pid()")) or 0)
