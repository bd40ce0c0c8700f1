"""The index of dead letters."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlmodel import col

from services.notifier.models import BuriedLetter
from services.notifier.queries.views import DeadLetterView
from shared.persistence.engine import Database
from shared.web.paging import Page, page_of, place_of

LONGEST_PAYLOAD = 10_000


class DeadLetterQueries:
    """Reads the index of dead letters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, cursor: str | None, limit: int) -> Page[DeadLetterView]:
        """Dead letters, newest first."""
        found = select(BuriedLetter).order_by(col(BuriedLetter.position).desc()).limit(limit + 1)
        if cursor is not None:
            found = found.where(col(BuriedLetter.position) < place_of(cursor, int)[0])
        async with self._database.reading() as session:
            rows = (await session.scalars(found)).all()
        return page_of(rows, limit, _view, lambda row: (row.position,))


def _view(row: BuriedLetter) -> DeadLetterView:
    told = row.model_dump(exclude={"position", "headers", "body"})
    return DeadLetterView(
        **told,
        headers=json.loads(row.headers),
        payload=row.body.decode("utf-8", "replace")[:LONGEST_PAYLOAD],
        size=len(row.body),
    )
