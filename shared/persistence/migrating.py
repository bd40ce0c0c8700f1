"""Schema changes by Alembic, the same for every service: its versions, its tables, its database."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

from shared.persistence.alone import run_alone
from shared.persistence.engine import Database

_MIGRATING = 0x70616964616E
"""PostgreSQL's advisory lock under which schemas change: replicas that start together take turns."""


class MigrationsPending(Exception):
    """The database is not at the version this code needs."""


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(database: Database, folder: Path) -> None:
    """Bring a database up to the newest version in ``folder`` (a service's ``migrations``)."""
    config = _config(folder)

    def upgrade(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
        await connection.run_sync(upgrade)


def migrate_once(url: str, folder: Path) -> int:
    """Bring the database at ``url`` up to the newest version. Returns the exit code: 0, or 1 when another process has
    an SQLite database; errors are for the caller.
    """

    async def run() -> None:
        database = Database(url)
        try:
            await migrate(database, folder)
        finally:
            await database.close()

    def run_to_the_end() -> int:
        asyncio.run(run())
        return 0

    return run_alone(url, run_to_the_end)


async def check_migrated(database: Database, folder: Path) -> None:
    """Raises ``MigrationsPending`` unless the database is at the newest version (readiness)."""
    head = await asyncio.to_thread(lambda: ScriptDirectory.from_config(_config(folder)).get_current_head())
    async with database.reading() as session:
        connection = await session.connection()
        current = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    if current != head:
        raise MigrationsPending(f"at {current}, needs {head}")


def run_environment(metadata: MetaData) -> None:
    """The body of every ``migrations/env.py``: run on the connection that ``migrate`` handed over."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
