"""How a database would read what was asked of it: whether a statement goes through a whole table that grows.

Statements are noted while a service works, and explained afterwards. PostgreSQL is told to avoid reading a whole table,
so that what it does all the same is for want of an index; SQLite takes an index wherever it finds one that fits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import MetaData, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.persistence.engine import Database

_READS = re.compile(r"\s*(SELECT|UPDATE|DELETE|WITH)\b")
_SCAN = re.compile(r"SCAN (\w+?)(?:_\d+)?(?: USING (?:COVERING )?INDEX (\w+))?$")
_SORTS = "USE TEMP B-TREE FOR ORDER BY"


@dataclass
class Plans:
    """What was asked of the databases of one kind of tables. ``small``: tables that do not grow with the orders."""

    tables: MetaData
    small: Collection[str]
    _asked: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note every statement the program makes, until the block is left; what tests write as text is theirs."""

        def note(_c: Any, _cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
            made = getattr(context, "compiled", None)
            if made is not None and not isinstance(made.statement, type(text(""))) and _READS.match(statement):
                self._asked.setdefault(statement, parameters[0] if many else parameters)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    @property
    def asked(self) -> int:
        """How many different statements were noted."""
        return len(self._asked)

    async def scans(self, database: Database) -> list[str]:
        """Each statement that reads a growing table from end to end: the table, and the statement."""
        found = []
        async with database.engine.connect() as connection:
            if not database.is_sqlite:
                await connection.execute(text("SET LOCAL enable_seqscan = off"))
            for statement, parameters in self._asked.items():
                read = self._sqlite if database.is_sqlite else self._postgresql
                found += [f"{table}: {statement}" for table in await read(connection, statement, parameters)]
            await connection.rollback()
        return found

    async def _sqlite(self, connection: AsyncConnection, statement: str, parameters: Any) -> Sequence[str]:
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        steps = [str(row.detail) for row in rows]
        if "LIMIT" in statement and _SORTS not in steps:
            return []  # it goes along until it has enough
        scans = [match.groups() for step in steps if (match := _SCAN.match(step))]
        return [table for table, index in scans if self._grows(table) and not self._is_partial(index)]

    async def _postgresql(self, connection: AsyncConnection, statement: str, parameters: Any) -> Sequence[str]:
        """What is read whole whether or not PostgreSQL may go along an index: of a few rows it may well read all in the
        order of one, though there is a better one for many.
        """
        found = []
        for along in ("on", "off"):
            await connection.execute(text(f"SET LOCAL enable_indexscan = {along}"))
            await connection.execute(text(f"SET LOCAL enable_indexonlyscan = {along}"))
            told = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            plan = told.scalar_one()
            whole = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
            found.append(set(self._through(whole, limited=False)))
        return sorted(set.intersection(*found))

    def _through(self, node: dict[str, Any], *, limited: bool) -> Iterator[str]:
        """Tables that are read whole at a node or below; ``limited``: only until there is enough."""
        kind, table = node["Node Type"], node.get("Relation Name", "")
        limited = (limited or kind == "Limit") and kind not in {"Sort", "Aggregate", "Hash"}
        whole = kind == "Seq Scan" or (
            kind in {"Index Scan", "Index Only Scan"}
            and "Index Cond" not in node
            and not self._is_partial(node["Index Name"])
        )
        if whole and not limited and self._grows(table):
            yield table
        for below in node.get("Plans", ()):
            yield from self._through(below, limited=limited)

    def _grows(self, table: str) -> bool:
        return table in self.tables.tables and table not in self.small

    def _is_partial(self, name: str | None) -> bool:
        """An index of what is open, of what waits: it is as long as that."""
        indexes = (index for table in self.tables.tables.values() for index in table.indexes)
        return any(index.name == name and index.dialect_kwargs for index in indexes)
