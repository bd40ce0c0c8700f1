"""Closed orders copied back into the past, with everything that was said of them, until there are as many as wanted.

Each copy is half a day older than the one before, which is a county of two hundred orders a day; ids begin with their
time, so a copy's begin with another. What is personal has long been forgotten: contacts and residents are not copied.
Events keep their words. The copies are written by the database itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Column, CreateTableAs, Table, event, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.intake.models import IntakeTable
from services.matcher.models import MatcherTable
from services.notifier.models import NotifierTable

TABLES = {
    "intake": (
        IntakeTable,
        ("orders", "legs", "timeline", "proposed_times", "reviews", "servers", "assignments", "door_keys"),
    ),
    "matcher": (MatcherTable, ("dispatches", "legs", "waves", "offers", "assignments", "referrals")),
    "notifier": (NotifierTable, ("orders", "matters")),
}
SAID = ("outbox", "inbox", "events", "notices", "deliveries")
"""What is said of an order, four fifths of the rows: a hundred for each."""
FORGOTTEN = {"forgotten": "2", "matcher_forgot": "true"}
_SUFFIX = "CAST(CASE WHEN substr(s.volunteer_id, 8) = '' THEN '0' ELSE substr(s.volunteer_id, 8) END AS INTEGER)"
_TURN = f"(({_SUFFIX} + n.k) % 10)"
_ANOTHER = f"substr(s.volunteer_id, 1, 6) || CASE {_TURN} WHEN 0 THEN '' ELSE '-' || {_TURN} END"
"""The next of the ten people the larger county has for each of the reference one, so that the work is spread."""
_ANEW = {"volunteer_id": _ANOTHER, "reference": "{} || '-' || n.k", "key": "{} || '-' || n.k"}
"""Unique, and not made of a time; or somebody else's."""
STEP_SECONDS = 43_200
_TICK_SECONDS = 65.536
"""What the first eight digits of an id count."""
_PIECE = 50_000
_INTO = "WITH RECURSIVE numbers(k) AS ({}), n(k, beginning) AS (SELECT k, {} FROM numbers) "
_INTO += "INSERT INTO {} ({}) SELECT {} FROM n CROSS JOIN seed_{} AS s"
_NUMBERS = "SELECT CAST({first} AS BIGINT) UNION ALL SELECT k + 1 FROM numbers WHERE k < {last}"


def beginnings(since: float, until: float) -> list[str]:
    """How the ids begin that were made between two instants (seconds since 1970)."""
    return [f"{tick:08x}" for tick in range(int(since * 1000) >> 16, (int(until * 1000) >> 16) + 1)]


class Multiplier:
    """One service's database, and the rows that are copied in it."""

    def __init__(self, service: str, url: str, most: int, begins: Sequence[str]) -> None:
        self._base, names = TABLES[service]
        known = self._base.metadata.tables
        self._tables = [known[name] for name in (*names, *(one for one in SAID if one in known))]
        self._engine: AsyncEngine = create_async_engine(url)
        self._sqlite = self._engine.dialect.name == "sqlite"
        self._most, self._begins = most, begins
        self._copying: dict[Table, str] = {}
        self._rows: dict[Table, int] = {}
        if self._sqlite:
            event.listen(self._engine.sync_engine, "connect", _hurry)

    def rows(self, *, said: bool) -> int:
        """Of one copy, with or without what is said of the orders."""
        return sum(rows for table, rows in self._rows.items() if said or table.name not in SAID)

    async def begin(self) -> None:
        """Put the rows there are aside, and give those that are counted the numbers behind all copies."""
        async with self._engine.begin() as connection:
            for table in self._tables:
                await connection.execute(CreateTableAs(select(table), f"seed_{table.name}"))
                self._rows[table] = await connection.scalar(select(func.count()).select_from(table)) or 0
            for table in self._tables:
                self._copying[table] = await self._copies(connection, table)

    async def copy(self, first: int, last: int, told: Callable[[float], None], *, said: bool) -> None:
        """Write the copies from ``first`` to ``last``; ``told`` hears of rows. ``said``: with what is said of them."""
        async with self._engine.connect() as connection:
            if not self._sqlite:
                await connection.execute(text("SET session_replication_role = replica"))
            for table, statement in self._copying.items():
                if table.name in SAID and not said:
                    continue
                at_once = max(1, _PIECE // max(1, self._rows[table]))
                for number in range(first, last + 1, at_once):
                    until = min(last, number + at_once - 1)
                    await connection.execute(text(statement.format(first=number, last=until)))
                    await connection.commit()
                    told(self._rows[table] * (until - number + 1))
        async with self._engine.connect() as connection:  # what PostgreSQL does by itself after so many changes
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("ANALYZE" if self._sqlite else "VACUUM ANALYZE"))

    async def close(self) -> None:
        """Hang up."""
        await self._engine.dispose()

    async def _copies(self, connection: AsyncConnection, table: Table) -> str:
        last = await self._moved(connection, table) if "position" in table.primary_key else 0
        told = [await self._value(connection, table, column, last) for column in table.columns]
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        tick = f"{int(self._begins[0], 16)} - k * {int(STEP_SECONDS / _TICK_SECONDS)}"
        beginning = f"printf('%08x', {tick})" if self._sqlite else f"lpad(to_hex({tick}), 8, '0')"
        return _INTO.format(_NUMBERS, beginning, table, names, ", ".join(told), table)

    async def _moved(self, connection: AsyncConnection, table: Table) -> int:
        """Put the rows behind all copies; the last number there was."""
        position = table.c.position
        last = await connection.scalar(select(func.max(position))) or 0
        await connection.execute(update(table).values(position=position + last * self._most))
        if not self._sqlite:
            sequence = func.pg_get_serial_sequence(table.name, "position")
            await connection.execute(select(func.setval(sequence, last * (self._most + 1) + 1)))
        return int(last)

    async def _value(self, connection: AsyncConnection, table: Table, column: Column[Any], last: int) -> str:
        name = f's."{column.name}"'
        if table.name == "orders" and column.name in FORGOTTEN:
            return FORGOTTEN[column.name]
        if column.name in _ANEW:
            return _ANEW[column.name].format(name)
        if column.name == "position" and last:
            return f"{name} + ({self._most} - n.k) * {last}"
        kind = type(column.type).__name__
        if kind == "UTCDateTime":
            back = f"n.k * {STEP_SECONDS}"
            if self._sqlite:
                return f"strftime('%Y-%m-%d %H:%M:%f000', {name}, '-' || ({back}) || ' seconds')"
            return f"{name} - make_interval(secs => {back})"
        if kind in {"AutoString", "Text"}:
            made_then = or_(*(column.contains(begin) for begin in self._begins))
            if await connection.scalar(select(func.count()).where(made_then)):
                for begin in self._begins:
                    name = f"replace({name}, '{begin}', n.beginning)"
        return name


def _hurry(connection: Any, _: Any) -> None:
    for pragma in ("synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
