"""The unit of work: state and events in one transaction, and nobody told before the commit."""

from __future__ import annotations

import json

import pytest

from shared.contracts.intake import OrderCancelled
from shared.persistence.engine import Database
from tests.integration.ledger import NOW, Crash, Unit, entries, outbox, units_of


def cancelled(order_id: str, version: int = 1) -> OrderCancelled:
    return OrderCancelled(community="c1", order_id=order_id, version=version, cancelled_at=NOW)


async def test_events_are_kept_in_the_transaction_that_made_them(database: Database) -> None:
    """On leaving a unit its rows and its events are there, the events in the order they were recorded."""
    units = units_of(database)
    async with units() as uow:
        await uow.repository.write("first", uow.now)
        uow.record(cancelled("o-1"), cancelled("o-2"), traceparent="00-trace")
        uow.record(cancelled("o-1", 2))
    assert ["first"] == await entries(database)
    rows = await outbox(database)
    assert [("o-1", 1), ("o-2", 1), ("o-1", 2)] == [(row.about, row.version) for row in rows]
    assert ["00-trace", "00-trace", ""] == [row.traceparent for row in rows]
    assert {NOW} == {row.time for row in rows}
    assert [None, None, None] == [row.sent_at for row in rows]
    assert "intake.order_cancelled.v1.c1.o-1" == rows[0].subject
    assert "paidan.intake.order_cancelled.v1" == rows[0].type
    assert "o-1" == json.loads(rows[0].body)["order_id"]


async def test_a_unit_that_raises_keeps_neither_rows_nor_events(database: Database) -> None:
    """No event tells of a state that does not exist, and nobody is told."""
    told: list[Unit] = []
    units = units_of(database, [told.append])
    with pytest.raises(Crash):
        async with units() as uow:
            await uow.repository.write("half", uow.now)
            uow.record(cancelled("o-1"))
            raise Crash
    assert ([], [], []) == (await entries(database), list(await outbox(database)), told)


async def test_after_commit_sees_what_was_announced(database: Database) -> None:
    """Live watchers are told the topics of a unit, after its rows can be read."""
    told: list[tuple[str, ...]] = []
    units = units_of(database, [lambda unit: told.append(tuple(unit.announced))])
    async with units() as uow:
        uow.announce("order:o-1", "order:o-2")
        uow.announce("board")
        assert [] == told
    assert [("order:o-1", "order:o-2", "board")] == told


async def test_ids_are_fresh_and_sort_by_age(database: Database) -> None:
    """UUID version 7: unique, and later ones sort after earlier ones."""
    async with units_of(database)() as uow:
        ids = [uow.new_id() for _ in range(500)]
    assert 500 == len(set(ids))
    assert sorted(ids) == ids
