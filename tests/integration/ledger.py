"""A small service of the tests' own: one table beside outbox and inbox, to try the shared drawers on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import registry
from sqlmodel import Field, col

from shared.contracts.refusal import Conflict, Refusal
from shared.messaging.inbox import InboxColumns, MessagingRepository
from shared.messaging.outbox import OutboxColumns, keep_in, unsent
from shared.messaging.published import PublishedColumns
from shared.persistence.engine import Database
from shared.persistence.rows import Row
from shared.persistence.unit_of_work import AfterCommit, UnitOfWork, Units

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


class LedgerTable(Row, registry=registry()):
    """Tables of the tests alone."""


class Outbox(OutboxColumns, LedgerTable, table=True):
    """Events to be published."""

    __tablename__ = "outbox"
    __table_args__ = (unsent("outbox"),)


class Published(PublishedColumns, LedgerTable, table=True):
    """The stream of events."""

    __tablename__ = "published"


class Inbox(InboxColumns, LedgerTable, table=True):
    """Events heard."""

    __tablename__ = "inbox"


class Entry(LedgerTable, table=True):
    """One line of the ledger; two lines of the same name break the unique constraint."""

    __tablename__ = "entries"

    position: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    written_at: datetime


class Repository(MessagingRepository):
    """Writes of the ledger."""

    inbox = Inbox
    outbox = Outbox
    published = Published

    async def write(self, name: str, now: datetime) -> None:
        """Add a line, at once, so that a broken constraint shows in the unit that broke it."""
        self._session.add(Entry(name=name, written_at=now))
        await self._session.flush()

    async def run(self, statement: str) -> None:
        """Run a statement as it is, for faults that only the database can make."""
        await self._session.execute(text(statement))


Unit = UnitOfWork[Repository]


class Refused(Conflict):
    """A line that begins with "no"."""


class Crash(Exception):
    """An accident in a use case."""


async def write_entries(uow: Unit, names: Sequence[str]) -> list[str | Refusal]:
    """A use case: refuses "no…", crashes on "crash…", writes everything else."""
    answers: list[str | Refusal] = []
    for name in names:
        if name.startswith("crash"):
            raise Crash(name)
        if name.startswith("no"):
            answers.append(Refused(name))
            continue
        await uow.repository.write(name, uow.now)
        answers.append(f"wrote {name}")
    return answers


async def create_tables(database: Database) -> None:
    """The ledger's tables, in an empty database."""
    async with database.engine.begin() as connection:
        await connection.run_sync(LedgerTable.metadata.create_all)


@asynccontextmanager
async def ledger_database(url: str) -> AsyncIterator[Database]:
    """A database with the ledger's tables, closed on leaving."""
    database = Database(url)
    try:
        await create_tables(database)
        yield database
    finally:
        await database.close()


def units_of(
    database: Database,
    after_commit: Sequence[AfterCommit[Repository]] = (),
    repository: Callable[[AsyncSession], Repository] = Repository,
) -> Units[Repository]:
    """Units of work over the ledger, at a fixed time."""
    return Units(database, repository, lambda: NOW, keep_in(Outbox), after_commit)


async def entries(database: Database) -> list[str]:
    """The names in the ledger, in the order they were written."""
    async with database.reading() as session:
        return list(await session.scalars(select(col(Entry.name)).order_by(col(Entry.position))))


async def outbox(database: Database) -> Sequence[Outbox]:
    """Every outbox row, in order."""
    async with database.reading() as session:
        return (await session.scalars(select(Outbox).order_by(col(Outbox.position)))).all()
