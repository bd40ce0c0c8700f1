"""Schema changes by Alembic, the same for every service: its versions, its tables, its database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.persistence.alone import run_alone
from shared.persistence.engine import Database

log = structlog.get_logger()

_MIGRATING = 0x70616964616E
"""PostgreSQL's advisory lock under which schemas change: replicas that start together take turns."""

PATIENT_SECONDS = 60.0
"""A migration waits longer for others' locks than a request does: other releases work meanwhile."""


_CHECK = "PRAGMA foreign_key_check"


class ReferencesBroken(Exception):
    """After a migration rows would refer to rows that are not there; it was not committed."""


class MigrationsPending(Exception):
    """The database is behind what this code needs, or is at a version that neither this code nor a later one made."""


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    return config


def is_ahead(current: str | None, known: Sequence[str]) -> bool:
    """Whether a database is at a version that a later release than this one made.

    Versions are numbered, and a release only adds to them (docs/adr/0024): one that is unknown here and has a higher
    number than every known one was made by a later release. ``known``: this code's versions, newest first.
    """
    if current is None or current in known or not known:
        return False
    return current.isdecimal() and int(current) > int(known[0])


def known_versions(folder: Path) -> list[str]:
    """This code's versions, newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config(folder)).walk_revisions()]


def _current(connection: Connection) -> str | None:
    """The version a database is at."""
    return MigrationContext.configure(connection).get_current_revision()


async def migrate(database: Database, folder: Path) -> None:
    """Bring a database up to the newest version in ``folder`` (a service's ``migrations``); one that a later release
    has brought further is left as it is.
    """
    config = _config(folder)

    def upgrade(connection: Connection) -> None:
        known, current = known_versions(folder), _current(connection)
        if is_ahead(current, known):  # an older release beside a newer one, or started again on its schema
            log.info("schema.ahead", at=current, known=known[0])
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with changing_schema(database) as connection:
        await connection.run_sync(upgrade)


@asynccontextmanager
async def changing_schema(database: Database) -> AsyncIterator[AsyncConnection]:
    """One transaction in which a schema changes: all of it or nothing, by one process at a time.

    SQLite changes a table by making another and dropping the first, which nothing may refer to meanwhile: references
    are not enforced inside, and looked over before the commit. Raises ``ReferencesBroken``.
    """
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            await _enforce_references(connection, "OFF")  # has no effect once a transaction has begun
        try:
            async with connection.begin():
                if not database.is_sqlite:
                    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
                yield connection
                if database.is_sqlite and (broken := (await connection.execute(text(_CHECK))).all()):
                    raise ReferencesBroken(f"rows of {', '.join(sorted({row[0] for row in broken}))}")
        finally:
            if database.is_sqlite:
                await _enforce_references(connection, "ON")


async def _enforce_references(connection: AsyncConnection, whether: str) -> None:
    """Past SQLAlchemy, which would begin a transaction for it."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    cursor = await driver.execute(f"PRAGMA foreign_keys={whether}")
    await cursor.close()


def migrate_once(url: str, folder: Path) -> int:
    """Bring the database at ``url`` up to the newest version. Returns the exit code: 0, or 1 when another process has
    an SQLite database; errors are for the caller.
    """

    async def run() -> None:
        database = Database(url, busy_seconds=PATIENT_SECONDS)
        try:
            await migrate(database, folder)
        finally:
            await database.close()

    def run_to_the_end() -> int:
        asyncio.run(run())
        return 0

    return run_alone(url, run_to_the_end)


async def check_migrated(database: Database, folder: Path) -> None:
    """Raises ``MigrationsPending`` unless the database is at the newest version of this code, or ahead of it
    (readiness): over one release step the old code works on the new schema.
    """
    known = await asyncio.to_thread(known_versions, folder)
    async with database.reading() as session:
        connection = await session.connection()
        current = await connection.run_sync(_current)
    if current != known[0] and not is_ahead(current, known):
        raise MigrationsPending(f"at {current}, needs {known[0]}")


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
