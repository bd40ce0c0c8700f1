"""Schema changes by Alembic, the same for every service: its versions and its database.

Whether there is anything to change is told by names and one row: Alembic is loaded by who changes a schema, and every
other start is spared it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.persistence.alone import run_alone
from shared.persistence.engine import Database

log = structlog.get_logger()

_MIGRATING = 0x70616964616E
"""PostgreSQL's advisory lock under which schemas change: replicas that start together take turns."""

PATIENT_SECONDS = 60.0
"""A migration waits longer for others' locks than a request does: other releases work meanwhile."""


_CHECK = "PRAGMA foreign_key_check"

_VERSION = "alembic_version"
"""Alembic's table: one row, the version a database is at."""


class ReferencesBroken(Exception):
    """After a migration rows would refer to rows that are not there; it was not committed."""


class MigrationsPending(Exception):
    """The database is behind what this code needs, or is at a version that neither this code nor a later one made."""


def is_ahead(current: str | None, known: Sequence[str]) -> bool:
    """Whether a database is at a version that a later release than this one made.

    Versions are numbered, and a release only adds to them (docs/adr/0024): one that is unknown here and has a higher
    number than every known one was made by a later release. ``known``: this code's versions, newest first.
    """
    if current is None or current in known or not known:
        return False
    return current.isdecimal() and int(current) > int(known[0])


def known_versions(folder: Path) -> list[str]:
    """This code's versions, newest first: each begins the name of its file, which a test compares with what it says."""
    return sorted((path.name.partition("_")[0] for path in (folder / "versions").glob("[0-9]*.py")), reverse=True)


def _current(connection: Connection) -> str | None:
    """The version a database is at."""
    if not inspect(connection).has_table(_VERSION):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {_VERSION}")).scalar_one_or_none()  # noqa: S608 - our own name
    return None if found is None else str(found)


async def migrate(database: Database, folder: Path) -> None:
    """Bring a database up to the newest version in ``folder`` (a service's ``migrations``); one that a later release
    has brought further is left as it is.
    """

    def upgrade(connection: Connection) -> None:
        known, current = known_versions(folder), _current(connection)
        if is_ahead(current, known):  # an older release beside a newer one, or started again on its schema
            log.info("schema.ahead", at=current, known=known[0])
        elif current != known[0]:
            _upgrade(connection, folder)

    async with changing_schema(database) as connection:
        await connection.run_sync(upgrade)


def _upgrade(connection: Connection, folder: Path) -> None:
    from alembic import command  # noqa: PLC0415 - a quarter of a second, at most starts for nothing
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


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
    known = known_versions(folder)
    async with database.reading() as session:
        connection = await session.connection()
        current = await connection.run_sync(_current)
    if current != known[0] and not is_ahead(current, known):
        raise MigrationsPending(f"at {current}, needs {known[0]}")


def run_environment() -> None:
    """The body of every ``migrations/env.py``: run on the connection that ``migrate`` handed over.

    No table is handed to Alembic: a migration says all it makes, and a test compares that with the models.
    """
    from alembic import context  # noqa: PLC0415 - called by Alembic, which has loaded itself

    context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
