"""Every migration of every service: with rows in place, down again, by several at once, and killed in the middle."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
)

from shared.contracts.flows import SERVICES
from shared.persistence.engine import Database
from shared.persistence.migrating import changing_schema, check_migrated, known_versions, migrate
from tests.integration.deploy.copied import AT, TABLES

ROOT = Path(__file__).parents[3]

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from shared.persistence.engine import Database
from shared.persistence.migrating import migrate

left = int(sys.argv[3])

def count(connection, cursor, statement, *_):
    global left
    if statement.lstrip().upper().startswith(("CREATE", "ALTER", "DROP", "INSERT")):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "before_cursor_execute", count)
asyncio.run(migrate(Database(sys.argv[1]), Path(sys.argv[2])))
"""
"""Brings a database up to date, and kills itself before a statement that changes the schema or a row."""


def folder_of(service: str) -> Path:
    """A service's migrations."""
    return ROOT / "services" / service / "migrations"


async def go_to(database: Database, service: str, revision: str, *, down: bool = False) -> None:
    """Bring a database to one version, from below or from above."""
    config = Config()
    config.set_main_option("script_location", str(folder_of(service)))
    config.set_main_option("path_separator", "os")

    def move(connection: Connection) -> None:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)

    async with changing_schema(database) as connection:
        await connection.run_sync(move)


def fill(connection: Connection, revision: str) -> None:
    """One row in each table as the database has it now, in the order in which they refer to one another."""
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.sorted_tables:
        if table.name != "alembic_version":
            connection.execute(insert(table).values(_row(table, revision)))


def _row(table: Table, revision: str) -> dict[str, Any]:
    return {column.name: _something(column, revision) for column in table.columns}


def _something(column: Column[Any], revision: str) -> Any:
    """Different at each version; ids are all alike, so that rows refer to one another."""
    if column.foreign_keys or column.name.endswith("_id"):
        return f"id-{revision}"
    by_kind = {Boolean: False, Integer: int(revision), LargeBinary: b"s", DateTime: AT, Date: AT.date(), Float: 1.0}
    found = [value for kind, value in by_kind.items() if isinstance(column.type, kind)]
    return found[0] if found else f"{column.name}-{revision}"


def differences(connection: Connection, service: str) -> list[Any]:
    """What autogenerate would still have to do."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, TABLES[service].metadata))


def tables_of(connection: Connection) -> set[str]:
    """Names of the tables there are."""
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def counts(database: Database, service: str) -> dict[str, int]:
    """How many rows today's code reads from each table, every column of them."""
    found = {}
    async with database.reading() as session:
        for mapper in TABLES[service]._sa_registry.mappers:
            found[mapper.class_.__tablename__] = len((await session.scalars(select(mapper.class_))).all())
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_rows_of_every_version_reach_todays_code_and_go_back(database_url: str, service: str) -> None:
    """At each version a row is written to every table there is; today's code reads all of them, from a database that
    the models describe. Down again, version by version with the rows in place, nothing is left; and up again it is the
    same database.
    """
    versions = list(reversed(known_versions(folder_of(service))))
    database = Database(database_url)
    written: dict[str, int] = {}
    try:
        for version in versions:
            await go_to(database, service, version)
            async with database.engine.begin() as connection:
                await connection.run_sync(fill, version)
                for name in await connection.run_sync(tables_of):
                    written[name] = written.get(name, 0) + 1
        assert written == await counts(database, service)
        async with database.engine.connect() as connection:
            assert [] == await connection.run_sync(differences, service)

        for version in (*reversed(versions[:-1]), "base"):
            await go_to(database, service, version, down=True)
        async with database.engine.connect() as connection:
            assert set() == await connection.run_sync(tables_of)
        await go_to(database, service, "head")
        async with database.engine.connect() as connection:
            assert [] == await connection.run_sync(differences, service)
    finally:
        await database.close()


async def test_several_that_start_at_once_migrate_it_once(database_url: str) -> None:
    """Replicas that find an empty database take turns; each finds it ready."""
    databases = [Database(database_url) for _ in range(3)]
    try:
        await asyncio.gather(*(migrate(database, folder_of("notifier")) for database in databases))
        for database in databases:
            await check_migrated(database, folder_of("notifier"))
    finally:
        for database in databases:
            await database.close()


@pytest.mark.parametrize(("since", "statement"), [("", 5), ("0002", 9)], ids=["from nothing", "from an old version"])
async def test_a_migration_that_is_killed_leaves_what_the_next_start_completes(
    database_url: str, since: str, statement: int
) -> None:
    """kill -9 between two statements: the database is as it was, with its rows, and the next start brings it up."""
    folder = folder_of("intake")
    database = Database(database_url)
    try:
        if since:
            await go_to(database, "intake", since)
            async with database.engine.begin() as connection:
                await connection.run_sync(fill, since)
        await database.close()
        command_line = [sys.executable, "-c", KILLED, database_url, str(folder), str(statement)]
        killed = await asyncio.to_thread(subprocess.run, command_line, cwd=ROOT, capture_output=True, timeout=60)
        assert -signal.SIGKILL == killed.returncode, killed.stderr.decode()

        async with database.engine.connect() as connection:
            found = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
        assert (since or None) == found
        await migrate(database, folder)
        await check_migrated(database, folder)
        async with database.reading() as session:
            orders = await session.scalar(select(func.count()).select_from(TABLES["intake"].metadata.tables["orders"]))
        assert (1 if since else 0) == orders
    finally:
        await database.close()
