"""A PostgreSQL database restored: the tables that were there move to another schema, ``pg_restore`` brings the copy.

Moving tables needs no right but to own them; a database of another name would need the right to make databases. Both
steps are one transaction each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from deploy.backup.postgres_source import ASIDE
from deploy.backup.programs import find_program, run_program
from deploy.backup.settling import statements
from deploy.backup.source import Kind
from deploy.problems import StackProblem

_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema ORDER BY tablename")
_FUNCTIONS = text(
    "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
    " WHERE n.nspname = 'public'"
    " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
)
"""What triggers call, without what extensions bring."""
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


class PostgresTarget:
    """See ``deploy.backup.target.Target``."""

    kind: Kind = "postgresql"

    def __init__(self, service: str, url: str, programs: str) -> None:
        self.service = service
        self._url = url
        self._programs = programs
        self._engine = create_async_engine(url, poolclass=NullPool)

    async def occupied(self) -> bool:
        """Whether the schema ``public`` has a table."""
        async with self._connected() as connection:
            return bool(await _tables(connection, "public"))

    async def ensure_idle(self) -> None:
        """No other connection to this database."""
        find_program("pg_restore", self._programs)
        async with self._connected() as connection:
            others = await connection.scalar(_OTHERS)
        if others:
            raise StackProblem(f"the database of {self.service} is in use ({others} connections); stop its services")

    async def stage(self, copy: Path) -> None:
        """Nothing: what comes in comes in one transaction."""

    async def put_aside(self, aside: str) -> str:
        """Move the tables; what a killed restore had brought in since is dropped."""
        schema = schema_of(aside)
        async with self._connected() as connection:
            present, kept = await _tables(connection, "public"), await _tables(connection, schema)
            if not present and not kept:
                return ""
            await connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            for table in present:
                away = f'DROP TABLE public."{table}" CASCADE' if kept else _moved(table, schema)
                await connection.execute(text(away))
            for function in list(await connection.scalars(_FUNCTIONS)):
                gone = f"DROP FUNCTION {function}" if kept else f'ALTER FUNCTION {function} SET SCHEMA "{schema}"'
                await connection.execute(text(gone))
        return f"schema {schema}"

    async def put_in(self, copy: Path) -> None:
        """``pg_restore``, all or nothing, then what it must not say any more is taken back."""
        program = find_program("pg_restore", self._programs)
        whole = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        await run_program(program, (*whole, f"--dbname={make_url(self._url).database}", str(copy)), self._url)
        async with self._connected() as connection:
            for sql in statements(self.service, await _tables(connection, "public")):
                await connection.execute(text(sql))
        async with self._connected() as connection:
            await connection.execute(text("ANALYZE"))

    async def close(self) -> None:
        """Nothing is open between two steps."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise StackProblem(f"the database of {self.service} cannot be restored: {_said(error)}") from None


def schema_of(aside: str) -> str:
    """The schema in which a restore of this name keeps what was there."""
    return ASIDE + "".join(letter for letter in aside.lower() if letter.isalnum())


def _moved(table: str, schema: str) -> str:
    return f'ALTER TABLE public."{table}" SET SCHEMA "{schema}"'


async def _tables(connection: AsyncConnection, schema: str) -> Sequence[str]:
    return list(await connection.scalars(_TABLES, {"schema": schema}))


def _said(error: Exception) -> str:
    """What the server said, without the statement: it may carry what is in a row."""
    return str(getattr(error, "orig", None) or type(error).__name__)
