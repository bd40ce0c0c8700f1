"""The migrations make what the models say, from nothing, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from services.notifier.app import MIGRATIONS
from services.notifier.models import NotifierTable
from shared.persistence.engine import Database
from shared.persistence.migrating import MigrationsPending, check_migrated, migrate


def differences(connection: Connection) -> list[Any]:
    """What autogenerate would still have to do."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, NotifierTable.metadata))


async def test_models_and_migrations_do_not_drift(database_url: str) -> None:
    """A database brought up from nothing is the one the models describe."""
    database = Database(database_url)
    try:
        await migrate(database, MIGRATIONS)
        async with database.engine.connect() as connection:
            assert [] == await connection.run_sync(differences)
            tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    finally:
        await database.close()
    assert {*NotifierTable.metadata.tables, "alembic_version"} == set(tables)


async def test_drift_would_be_seen(database_url: str) -> None:
    """The comparison can fail: a column too many is found."""
    database = Database(database_url)
    try:
        await migrate(database, MIGRATIONS)
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE orders ADD COLUMN nobodys INTEGER")
            found = await connection.run_sync(differences)
    finally:
        await database.close()
    assert ["remove_column"] == [difference[0] for difference in found]


async def test_readiness_knows_whether_it_was_migrated(database_url: str) -> None:
    """An empty database is not ready; a migrated one is, and migrating it again changes nothing."""
    database = Database(database_url)
    try:
        with pytest.raises(MigrationsPending):
            await check_migrated(database, MIGRATIONS)
        for _ in range(2):
            await migrate(database, MIGRATIONS)
            await check_migrated(database, MIGRATIONS)
    finally:
        await database.close()
