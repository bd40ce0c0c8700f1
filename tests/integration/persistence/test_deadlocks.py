"""Two processes that wait for each other's locks: PostgreSQL gives one up, and its callers never hear of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from shared.contracts.refusal import Refusal
from shared.persistence.engine import Database
from shared.persistence.group_commit import GroupCommit, UseCase
from tests.integration.ledger import Repository, Unit, entries, ledger_database, units_of, write_entries
from tests.servers import PostgresServer


@pytest.fixture
async def shared_database(postgres_server: PostgresServer) -> AsyncIterator[Database]:
    """A PostgreSQL database that two writers share; a deadlock is seen after a moment."""
    async with ledger_database(postgres_server.create("deadlocks")) as database:
        yield database
    postgres_server.drop("deadlocks")


def crossing(both: asyncio.Barrier, first: int, second: int, tries: list[int]) -> UseCase[Repository, str, str]:
    """A use case that takes two locks, and at its first try not the second before the other side has its first."""

    async def cross(uow: Unit, names: Sequence[str]) -> list[str | Refusal]:
        tries.append(len(names))
        await uow.repository.run("SET LOCAL deadlock_timeout = '50ms'")
        await uow.repository.run(f"SELECT pg_advisory_xact_lock({first})")
        if len(tries) == 1:
            await both.wait()
        await uow.repository.run(f"SELECT pg_advisory_xact_lock({second})")
        return await write_entries(uow, names)

    return cross


@pytest.mark.parametrize("waiting", [1, 5])
async def test_a_deadlock_is_tried_again_and_nobody_hears_of_it(shared_database: Database, waiting: int) -> None:
    """Both sides are answered and everything is written once, a lone command or a list."""
    both = asyncio.Barrier(2)
    tries: tuple[list[int], list[int]] = ([], [])
    writers = [GroupCommit(units_of(shared_database)) for _ in range(2)]
    acts = [crossing(both, 1, 2, tries[0]), crossing(both, 2, 1, tries[1])]
    names = [[f"{side} {n}" for n in range(waiting)] for side in "ab"]
    asked = [
        asyncio.create_task(writer.do(act, name))
        for writer, act, side in zip(writers, acts, names, strict=True)
        for name in side
    ]
    await asyncio.sleep(0)
    work = [asyncio.create_task(writer.run()) for writer in writers]
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*asked)
    for writer in writers:
        writer.close()
    await asyncio.gather(*work)
    assert [f"wrote {name}" for side in names for name in side] == answers
    assert sorted(name for side in names for name in side) == sorted(await entries(shared_database))
    assert 3 == len(tries[0]) + len(tries[1])


async def test_a_list_that_loses_twice_runs_one_by_one(shared_database: Database) -> None:
    """Only who keeps losing tries on; in the end each has its answer."""
    lists: list[int] = []

    async def lose(uow: Unit, names: Sequence[str]) -> list[str | Refusal]:
        lists.append(len(names))
        if len(lists) <= 4:
            await uow.repository.run("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40P01'; END $$")
        return await write_entries(uow, names)

    writer = GroupCommit(units_of(shared_database))
    asked = [asyncio.create_task(writer.do(lose, name)) for name in "abc"]
    await asyncio.sleep(0)
    work = asyncio.create_task(writer.run())
    assert ["wrote a", "wrote b", "wrote c"] == await asyncio.wait_for(asyncio.gather(*asked), 20)
    writer.close()
    await work
    assert [3, 3, 1, 1, 1, 1, 1] == lists
