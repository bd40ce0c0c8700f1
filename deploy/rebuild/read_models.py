"""Notifier's read models compared with what its facts make of them, and put right while it goes on working.

The facts are replayed into a database of their own (``deploy.verify.replaying``); then, a few hundred rows at a time
and under their locks, what differs is written over. An order of which more was heard meanwhile waits for the next
round.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, exists, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.verify.evidence import CHUNK, Databases
from deploy.verify.replaying import INDEX, MATTERS, ORDERS, START, Mark, Replay, compared, facts_heard
from deploy.verify.tables import NOTICES
from shared.persistence.engine import Database

ROUNDS = 5

Row = dict[str, Any]
Rows = dict[str, Row]
"""Rows of one read model, by what they are known by."""

Told = Callable[[int, int], None]
"""Hears how many of how many facts have been replayed."""


@dataclass
class Repaired:
    """What became of the read models: rows put right by the name of their table; ``unknown``: facts that notifier heard
    and no outbox has; ``moving``: orders that never stood still; ``early``: facts whose predecessor is nowhere."""

    rows: dict[str, int] = field(default_factory=lambda: {"events": 0, "orders": 0, "matters": 0})
    facts: int = 0
    unknown: int = 0
    moving: int = 0
    early: int = 0

    @property
    def whole(self) -> bool:
        """Whether they are now what the facts make of them."""
        return not (self.unknown or self.moving or self.early)


async def repair(databases: Databases, replay: Replay, told: Told) -> Repaired:
    """Replay what was heard, compare, and write over what differs, until nothing has moved meanwhile."""
    repaired, mark = Repaired(), START
    for _ in range(ROUNDS):
        mark = await _replay(databases, replay, mark, repaired, told)
        repaired.moving = 0
        for table, key in ((INDEX, "event_id"), (ORDERS, "order_id"), (MATTERS, "order_id")):
            await _compare(databases.notifier, replay.database, table, key, repaired)
        if not repaired.moving:
            break
    repaired.facts, repaired.early = replay.heard, len(replay.early)
    return repaired


async def _replay(databases: Databases, replay: Replay, mark: Mark, repaired: Repaired, told: Told) -> Mark:
    async with databases.notifier.reading() as session:
        whole = await session.scalar(select(func.count()).select_from(INDEX)) or 0
    async for page in facts_heard(databases, mark):
        await replay.hear(page.facts)
        repaired.unknown += len(page.unknown)
        mark = page.last
        told(replay.heard, max(whole, replay.heard))
    return mark


async def _compare(live: Database, made: Database, table: Table, key: str, repaired: Repaired) -> None:
    last = 0
    async for wanted in _made(made, table, key):
        known = {} if table is INDEX else await _versions(made, wanted)
        async with live.writing() as session:
            there = await _there(session, table, key, wanted)
            different = {one for one, row in wanted.items() if there.get(one) != row}
            moved = await _moved(session, different, known) if known and different else set()
            last = await _place(session, wanted, last) if table is INDEX else 0
            await _write(session, table, key, [wanted[one] for one in wanted if one in different - moved], there)
        repaired.moving += len(moved)
        repaired.rows[table.name] += len(different - moved)
    if table is not INDEX:
        async with live.writing() as session:
            repaired.rows[table.name] += await _remove_what_nothing_tells(session, table)


async def _made(made: Database, table: Table, key: str) -> AsyncIterator[Rows]:
    """The replay's rows, in the order in which it made them. Its database is always SQLite, which numbers them."""
    number = table.c.position if table is INDEX else literal_column(f"{table.name}.rowid")
    page = select(number.label("number"), *_columns(table)).order_by(number).limit(CHUNK)
    after = 0
    while True:
        async with made.reading() as session:
            found = list(await session.execute(page.where(number > after)))
        if not found:
            return
        after = found[-1].number
        yield {row._mapping[key]: _plain(row, table) for row in found}


async def _versions(made: Database, order_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """How far the replay has heard each publisher on each order."""
    known = select(ORDERS.c.order_id, ORDERS.c.intake_version, ORDERS.c.dispatch_version)
    async with made.reading() as session:
        rows = await session.execute(known.where(ORDERS.c.order_id.in_(order_ids)))
        return {row.order_id: {"intake": row.intake_version, "matcher": row.dispatch_version} for row in rows}


async def _there(session: AsyncSession, table: Table, key: str, wanted: Rows) -> Rows:
    there = select(*_columns(table)).where(table.c[key].in_(wanted)).with_for_update()
    return {row._mapping[key]: _plain(row, table) for row in await session.execute(there)}


async def _moved(session: AsyncSession, order_ids: Collection[str], known: Mapping[str, Mapping[str, int]]) -> set[str]:
    """Orders of which more has been heard than the replay knew; their rows are ahead, not wrong."""
    heard = select(INDEX.c.about, INDEX.c.publisher, func.max(INDEX.c.version).label("version"))
    heard = heard.where(INDEX.c.about.in_(order_ids), INDEX.c.version.is_not(None))
    found = await session.execute(heard.group_by(INDEX.c.about, INDEX.c.publisher))
    return {row.about for row in found if row.version > known[row.about].get(row.publisher, 0)}


async def _place(session: AsyncSession, wanted: Rows, last: int) -> int:
    """Give facts that the index lost the positions they left free: their order is the order of hearing, from which the
    next replay begins. ``last`` is the position of the fact before; returns that of the last of these."""
    position, lost = INDEX.c.position, dict[str, int]()
    kept = select(INDEX.c.event_id, position).where(INDEX.c.event_id.in_(wanted))
    there = {row.event_id: row.position for row in await session.execute(kept)}
    for one in wanted:
        last = there.get(one, last + 1)
        if one not in there:
            lost[one] = last
    taken = set(await session.scalars(select(position).where(position.in_(lost.values()))))
    for one, free in lost.items():
        if free not in taken:
            wanted[one]["position"] = free
    return last


async def _write(session: AsyncSession, table: Table, key: str, rows: Sequence[Row], there: Rows) -> None:
    fresh = [row for row in rows if row[key] not in there]
    for placed in (True, False):
        if alike := [row for row in fresh if ("position" in row) is placed]:
            await session.execute(table.insert(), alike)
    for row in rows:
        if row[key] in there:
            await session.execute(table.update().where(table.c[key] == row[key]).values(row))


async def _remove_what_nothing_tells(session: AsyncSession, table: Table) -> int:
    """An order or a matter about which nothing was ever heard; one that a notice speaks of stays, as evidence."""
    told = exists().where(INDEX.c.about == table.c.order_id)
    noticed = exists().where(NOTICES.c.order_id == table.c.order_id)
    removed = await session.execute(table.delete().where(~told, ~noticed).returning(table.c.order_id))
    return len(removed.all())


def _columns(table: Table) -> list[Any]:
    return [table.c[name] for name in compared(table)]


def _plain(row: Any, table: Table) -> Row:
    return {name: row._mapping[name] for name in compared(table)}
