"""Searching one service's audit, the newest rows first; every condition has an index."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from shared.contracts.audit import DeedsWanted
from shared.persistence.audit import AuditColumns
from shared.persistence.engine import Database


class Deeds:
    """Reads the audit of one service. ``table``: its own."""

    def __init__(self, database: Database, table: type[AuditColumns]) -> None:
        self._database = database
        self._table = table

    async def find(self, only: DeedsWanted) -> Sequence[AuditColumns]:
        """The newest rows that fit, the newest first."""
        table = self._table
        found = select(table).order_by(col(table.sequence).desc()).limit(only.most)
        if only.person:
            found = found.where((col(table.actor) == only.person) | (col(table.subject) == only.person))
        if only.order_id:
            found = found.where(col(table.order_id) == only.order_id)
        if only.what:
            found = found.where(col(table.what) == only.what)
        if only.since is not None:
            found = found.where(col(table.at) >= only.since)
        if only.until is not None:
            found = found.where(col(table.at) < only.until)
        if only.before:
            found = found.where(col(table.sequence) < only.before)
        async with self._database.reading() as session:
            return (await session.scalars(found)).all()
