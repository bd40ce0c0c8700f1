"""The gatherer: one commit for all who wait, an answer for each of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.contracts.refusal import Refusal, Unavailable
from shared.persistence import engine
from shared.persistence.engine import Database
from shared.persistence.group_commit import GroupCommit, UseCase
from tests.integration.ledger import (
    Crash,
    Refused,
    Repository,
    Unit,
    entries,
    ledger_database,
    units_of,
    write_entries,
)
from tests.servers import PostgresServer


@asynccontextmanager
async def running(writer: GroupCommit[Repository]) -> AsyncIterator[GroupCommit[Repository]]:
    """A writer at work; on leaving it takes nothing more and finishes what it took."""
    work = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        writer.close()
        await asyncio.wait_for(work, 10)


class Commits:
    """Counts commits, and how many answers each had."""

    def __init__(self, database: Database) -> None:
        self.count = 0
        self.units = units_of(database, [self._tell])

    def _tell(self, _unit: Unit) -> None:
        self.count += 1


Answers = asyncio.Future[list[str | BaseException]]


async def ask(writer: GroupCommit[Repository], names: Sequence[str]) -> Answers:
    """Have each name written by a caller of its own; on return all of them are waiting for the writer."""
    asked = asyncio.gather(*(writer.do(write_entries, name) for name in names), return_exceptions=True)
    await asyncio.sleep(0)
    return asked


async def test_whoever_waits_is_committed_together(database: Database) -> None:
    """Commands that arrive while the writer is busy share one transaction and keep their order."""
    commits = Commits(database)
    names = [f"line {n}" for n in range(100)]
    writer = GroupCommit(commits.units)
    asked = await ask(writer, names)
    async with running(writer):
        assert [f"wrote {name}" for name in names] == await asked
    assert 1 == commits.count
    assert names == await entries(database)


async def test_a_list_never_grows_beyond_its_bound(database: Database) -> None:
    """``most`` bounds one transaction."""
    commits = Commits(database)
    writer = GroupCommit(commits.units, most=10)
    asked = await ask(writer, [f"line {n}" for n in range(25)])
    async with running(writer):
        await asked
    assert 3 == commits.count


async def test_a_lone_command_does_not_wait_for_company(database: Database) -> None:
    """Nothing is held back until a list has filled."""
    async with running(GroupCommit(units_of(database))) as writer, asyncio.timeout(2):
        assert "wrote alone" == await writer.do(write_entries, "alone")


async def test_a_refusal_does_no_harm_to_its_neighbours(database: Database) -> None:
    """The refused caller hears the refusal, the others their answers, all from one commit."""
    commits = Commits(database)
    writer = GroupCommit(commits.units)
    asked = await ask(writer, ["a", "no b", "c"])
    async with running(writer):
        first, refused, third = await asked
    assert ("wrote a", "wrote c") == (first, third)
    assert isinstance(refused, Refused)
    assert (1, ["a", "c"]) == (commits.count, await entries(database))


@pytest.mark.parametrize(("bad", "error"), [("crash", Crash), ("a", IntegrityError)])
async def test_one_bad_neighbour_harms_only_itself(database: Database, bad: str, error: type[Exception]) -> None:
    """An accident, or a row that breaks a constraint, fails its own caller; the list runs one by one."""
    writer = GroupCommit(units_of(database))
    asked = await ask(writer, ["a", "b", bad, "c"])
    async with running(writer):
        *good, failed, last = await asked
    assert ["wrote a", "wrote b", "wrote c"] == [*good, last]
    assert isinstance(failed, error)
    assert ["a", "b", "c"] == await entries(database)


async def test_what_waits_together_is_one_list_for_each_use_case(database: Database) -> None:
    """In the order in which they came; whoever waits beside others gets the answer to what they asked."""
    runs: list[tuple[str, list[str]]] = []

    def use_case(name: str) -> UseCase[Repository, str, str]:
        async def act(_uow: Unit, commands: Sequence[str]) -> list[str]:
            runs.append((name, list(commands)))
            return list(commands)

        return act

    first, second = use_case("first"), use_case("second")
    writer = GroupCommit(units_of(database))
    order = [(first, "1"), (first, "2"), (second, "3"), (first, "4"), (second, "5"), (second, "6")]
    asked = [asyncio.create_task(writer.do(act, command)) for act, command in order]
    await asyncio.sleep(0)
    async with running(writer):
        assert ["1", "2", "3", "4", "5", "6"] == await asyncio.gather(*asked)
    assert [("first", ["1", "2", "4"]), ("second", ["3", "5", "6"])] == runs


async def test_methods_of_one_object_are_one_use_case(database: Database) -> None:
    """Bound methods are made afresh at each access and still count as the same use case."""

    class Writing:
        def __init__(self) -> None:
            self.lists: list[int] = []

        async def act(self, _uow: Unit, commands: Sequence[int]) -> list[int]:
            self.lists.append(len(commands))
            return list(commands)

    writing = Writing()
    writer = GroupCommit(units_of(database))
    asked = [asyncio.create_task(writer.do(writing.act, n)) for n in range(5)]
    await asyncio.sleep(0)
    async with running(writer):
        await asyncio.gather(*asked)
    assert [5] == writing.lists


async def test_closing_serves_what_was_taken_and_takes_nothing_more(database: Database) -> None:
    """A stopping service answers everyone it let in, and sends the next one away."""
    writer = GroupCommit(units_of(database))
    asked = await ask(writer, ["a", "b"])
    writer.close()
    with pytest.raises(Unavailable):
        await writer.do(write_entries, "late")
    await asyncio.wait_for(writer.run(), 5)
    assert ["wrote a", "wrote b"] == await asked


async def test_a_full_backlog_sends_callers_away(database: Database) -> None:
    """Beyond ``admitted`` a caller is told to come back instead of waiting for ever."""
    writer = GroupCommit(units_of(database), admitted=2)
    asked = await ask(writer, ["a", "b", "c"])
    async with running(writer):
        first, second, third = await asked
    assert ("wrote a", "wrote b") == (first, second)
    assert isinstance(third, Unavailable)


async def test_a_locked_database_is_unavailable_for_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process holds SQLite's write lock, callers hear Unavailable; then all is well."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    async with ledger_database(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}") as database:
        rival = Database(database.url)
        async with running(GroupCommit(units_of(database))) as writer:
            async with rival.writing() as session:
                await session.execute(text("SELECT 1"))
                assert [Unavailable, Unavailable] == [type(answer) for answer in await (await ask(writer, "ab"))]
            assert ["wrote a", "wrote b"] == await (await ask(writer, "ab"))
        await rival.close()


async def test_a_full_database_is_unavailable_and_loses_nothing(tmp_path: Path) -> None:
    """When no page is left, callers hear Unavailable, what was answered stays, and room heals it."""
    async with (
        ledger_database(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}") as database,
        running(GroupCommit(units_of(database), most=1)) as writer,
    ):
        names = [f"{n} " + "x" * 2000 for n in range(40)]
        await _pragma(database, f"max_page_count={await _pragma(database, 'page_count') + 5}")
        answers = await (await ask(writer, names))
        written = [name for name, answer in zip(names, answers, strict=True) if isinstance(answer, str)]
        assert {str, Unavailable} == {type(answer) for answer in answers}
        assert written == await entries(database)
        await _pragma(database, "max_page_count=10000")
        assert "wrote again" == await writer.do(write_entries, "again")


async def _pragma(database: Database, pragma: str) -> int:
    async with database.writing() as session:
        return int(await session.scalar(text(f"PRAGMA {pragma}")))


async def test_a_lost_connection_is_unavailable_and_heals(postgres_server: PostgresServer) -> None:
    """When PostgreSQL ends a connection in mid-transaction, its caller hears Unavailable, the next is served."""

    async def lose(uow: Unit, names: Sequence[str]) -> list[str | Refusal]:
        await uow.repository.run("SELECT pg_terminate_backend(pg_backend_pid())")
        return await write_entries(uow, names)

    async with (
        ledger_database(postgres_server.create("lost_connection")) as database,
        running(GroupCommit(units_of(database))) as writer,
    ):
        with pytest.raises(Unavailable):
            await writer.do(lose, "a")
        assert "wrote a" == await writer.do(write_entries, "a")
    postgres_server.drop("lost_connection")


async def test_an_accident_after_the_commit_does_not_undo_or_repeat_it(database: Database) -> None:
    """Whoever is told after a commit cannot make the writer run a committed command again."""

    def fall(_unit: Unit) -> None:
        raise Crash

    told: list[Unit] = []
    async with running(GroupCommit(units_of(database, [fall, told.append]))) as writer:
        assert ["wrote a", "wrote b"] == await (await ask(writer, "ab"))
    assert ["a", "b"] == await entries(database)
    assert 1 == len(told)
