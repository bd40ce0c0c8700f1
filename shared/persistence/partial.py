"""The rows a partial index is of: said once, for the index and for the queries that are to take it.

A database takes a partial index only for a condition it can see. SQLite sees no parameter, so the values stand in the
statement itself, in the order they have in the index.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, TextClause, bindparam, text


class Rows:
    """Those whose ``column`` has one of these values: codes of the program, never what somebody sent."""

    def __init__(self, column: str, *values: str) -> None:
        self._column = column
        self.values = values

    @property
    def condition(self) -> TextClause:
        """For ``sqlite_where`` and ``postgresql_where`` of the index."""
        told = [f"'{value}'" for value in self.values]
        return text(f"{self._column} = {told[0]}" if len(told) == 1 else f"{self._column} IN ({', '.join(told)})")

    def of(self, column: Any) -> ColumnElement[bool]:
        """For queries; ``column``: the mapped one."""
        if len(self.values) == 1:
            return column == bindparam(None, self.values[0], literal_execute=True)  # type: ignore[no-any-return]
        return column.in_(bindparam(None, self.values, expanding=True, literal_execute=True))  # type: ignore[no-any-return]
