"""A release on a schema that a later release has made, and on one that it has not yet."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from services.notifier.app import MIGRATIONS
from shared.persistence.engine import Database
from shared.persistence.migrating import MigrationsPending, check_migrated, migrate
from tests.migrated import make_tables


async def _set_version(database: Database, version: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


async def _version(database: Database) -> str:
    async with database.reading() as session:
        return str(await session.scalar(text("SELECT version_num FROM alembic_version")))


async def test_a_schema_ahead_is_ready_and_left_as_it_is(database_url: str) -> None:
    """The old release runs on beside the new one, and may be started again on what the new one made."""
    await make_tables(database_url, MIGRATIONS)
    database = Database(database_url)
    try:
        await _set_version(database, "0999")
        await check_migrated(database, MIGRATIONS)
        await migrate(database, MIGRATIONS)
        assert "0999" == await _version(database)
    finally:
        await database.close()


async def test_a_schema_behind_or_of_somebody_else_is_not_ready(database_url: str) -> None:
    """A column that the code writes would not be there."""
    await make_tables(database_url, MIGRATIONS)
    database = Database(database_url)
    try:
        for version in ("0001", "c0ffee"):
            await _set_version(database, version)
            with pytest.raises(MigrationsPending):
                await check_migrated(database, MIGRATIONS)
    finally:
        await database.close()
