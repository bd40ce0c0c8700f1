"""The index of dead letters."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import col

from services.notifier.models import BuriedLetter, LetterAct
from services.notifier.policies.asking import shown_payload
from services.notifier.policies.letters import LetterState
from services.notifier.queries.views import CauseView, DeadLetterView, LetterActView
from shared.contracts.refusal import NotFound
from shared.persistence.engine import Database
from shared.web.paging import Page, page_of, place_of

LONGEST_PAYLOAD = 10_000


@dataclass(frozen=True)
class LetterFilter:
    """Which letters; empty is all. ``reason``: as it is written, or its cause alone (``shared.contracts.unheard``)."""

    state: str = ""
    service: str = ""
    durable: str = ""
    reason: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        columns = {"state": self.state, "service": self.service, "durable": self.durable}
        found = [col(getattr(BuriedLetter, name)) == wanted for name, wanted in columns.items() if wanted]
        if self.reason:
            reason = col(BuriedLetter.reason)
            found.append(or_(reason == self.reason, reason.startswith(f"{self.reason}:", autoescape=True)))
        return found


class DeadLetterQueries:
    """Reads the index of dead letters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, only: LetterFilter, cursor: str | None, limit: int) -> Page[DeadLetterView]:
        """Dead letters, newest first."""
        position = col(BuriedLetter.position)
        found = select(BuriedLetter).where(*only.conditions()).order_by(position.desc()).limit(limit + 1)
        if cursor is not None:
            found = found.where(position < place_of(cursor, int)[0])
        rows = await self._rows(found)
        acts = await self._acts([row.dead_letter_id for row in rows])
        return page_of(
            rows, limit, lambda row: _view(row, acts.get(row.dead_letter_id, [])), lambda row: (row.position,)
        )

    async def waiting(self, only: LetterFilter, cursor: str | None, most: int) -> Sequence[BuriedLetter]:
        """Letters nobody has settled, in the order they were buried, after the cursor of a page of this list."""
        position = col(BuriedLetter.position)
        found = select(BuriedLetter).where(*only.conditions(), col(BuriedLetter.state) == LetterState.DEAD.value)
        if cursor is not None:
            found = found.where(position > place_of(cursor, int)[0])
        return await self._rows(found.order_by(position).limit(most))

    async def letter(self, dead_letter_id: str) -> BuriedLetter:
        """One letter as it is kept. Raises ``NotFound``."""
        found = await self._rows(select(BuriedLetter).where(col(BuriedLetter.dead_letter_id) == dead_letter_id))
        if not found:
            raise NotFound
        return found[0]

    async def one(self, dead_letter_id: str) -> DeadLetterView:
        """One letter with what was done about it. Raises ``NotFound``."""
        row = await self.letter(dead_letter_id)
        return _view(row, (await self._acts([dead_letter_id])).get(dead_letter_id, []))

    async def causes(self) -> list[CauseView]:
        """How many letters wait, by durable and reason, the most first."""
        columns = col(BuriedLetter.service), col(BuriedLetter.durable), col(BuriedLetter.reason)
        count = func.count()
        waiting = select(*columns, count).where(col(BuriedLetter.state) == LetterState.DEAD.value)
        async with self._database.reading() as session:
            rows = await session.execute(waiting.group_by(*columns).order_by(count.desc(), *columns))
            return [
                CauseView(service=service, durable=durable, reason=reason, letters=letters)
                for service, durable, reason, letters in rows
            ]

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many letters there are, by service and state."""
        columns = col(BuriedLetter.service), col(BuriedLetter.state)
        async with self._database.reading() as session:
            rows = await session.execute(select(*columns, func.count()).group_by(*columns))
            return {(service, state): count for service, state, count in rows}

    async def _rows(self, found: Select[BuriedLetter]) -> Sequence[BuriedLetter]:
        async with self._database.reading() as session:
            return (await session.scalars(found)).all()

    async def _acts(self, dead_letter_ids: Sequence[str]) -> dict[str, list[LetterActView]]:
        if not dead_letter_ids:
            return {}
        found = select(LetterAct).where(col(LetterAct.dead_letter_id).in_(dead_letter_ids))
        acts: dict[str, list[LetterActView]] = {}
        async with self._database.reading() as session:
            for row in await session.scalars(found.order_by(col(LetterAct.position))):
                view = LetterActView(act=row.act, by=row.by, at=row.at, result=row.result, reason=row.reason)
                acts.setdefault(row.dead_letter_id, []).append(view)
        return acts


def _view(row: BuriedLetter, acts: list[LetterActView]) -> DeadLetterView:
    told = row.model_dump(exclude={"position", "headers", "body"})
    payload = row.body.decode("utf-8", "replace")
    return DeadLetterView(
        **told,
        headers=json.loads(row.headers),
        payload=shown_payload(row.subject, payload)[:LONGEST_PAYLOAD],
        size=len(row.body),
        acts=acts,
    )
