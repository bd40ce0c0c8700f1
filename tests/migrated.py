"""Databases that have a service's tables already: each kind is migrated once in a process, then copied."""

from __future__ import annotations

import atexit
import secrets
import shutil
import tempfile
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.persistence.engine import Database
from shared.persistence.migrating import migrate
from tests.servers import PostgresServer

_copied: dict[tuple[str, Path], str] = {}
"""What is copied, by the server (or SQLite) and the migrations: a file's path, or the name of a database."""

_spare: dict[int, list[str]] = {}
"""Empty databases that nobody uses, by the port of their server: the next test that wants one renames it, which costs a
hundredth of making one and dropping it again.
"""


def empty_database(server: PostgresServer, name: str) -> str:
    """Make an empty database, or take a spare one; answers its SQLAlchemy URL."""
    spare = _spare.get(server.port, [])
    return server.create(name, of=spare.pop() if spare else "")


async def make_tables(database_url: str, migrations: Path) -> None:
    """Give an empty database the tables that these migrations make."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        shutil.copy(await _file(migrations), url.database or "")
        return
    engine = create_async_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    try:
        template = await _template(engine, migrations)
        async with engine.connect() as connection:
            spare = f"spare_{secrets.token_hex(8)}"
            await connection.execute(text(f'ALTER DATABASE "{url.database}" RENAME TO "{spare}"'))
            _spare.setdefault(url.port or 0, []).append(spare)
            await connection.execute(text(f'CREATE DATABASE "{url.database}" TEMPLATE "{template}"'))
    finally:
        await engine.dispose()


async def _file(migrations: Path) -> str:
    known = ("sqlite", migrations)
    if known not in _copied:
        folder = Path(tempfile.mkdtemp(prefix="paidan-migrated-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        file = folder / "migrated.db"
        await _migrate(f"sqlite+aiosqlite:///{file}", migrations)
        _copied[known] = str(file)
    return _copied[known]


async def _template(engine: AsyncEngine, migrations: Path) -> str:
    """It stays with the server, which is thrown away with all it has."""
    known = (f"{engine.url.host}:{engine.url.port}", migrations)
    if known not in _copied:
        name = f"migrated_{secrets.token_hex(8)}"
        async with engine.connect() as connection:
            await connection.execute(text(f'CREATE DATABASE "{name}"'))
        await _migrate(engine.url.set(database=name).render_as_string(hide_password=False), migrations)
        _copied[known] = name
    return _copied[known]


async def _migrate(database_url: str, migrations: Path) -> None:
    database = Database(database_url)
    await migrate(database, migrations)
    await database.close()
