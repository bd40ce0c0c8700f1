"""Notifier's read models made again: its facts, read from the outboxes, into a database that has none.

A read model is what can be told again from the facts alone: the index of events, the orders as notifier follows them,
the matters of the public board. Notices, deliveries, sessions, the inbox and the dead letters are records of their
own: nothing else knows them, and no replay makes them.

The facts come in the order in which notifier heard them. How two publishers' facts of one order crossed decides what
an order looked like in between, so another order of hearing may give other rows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, exists, select

from deploy.verify.evidence import Databases
from services.notifier.models import NotifierTable, Outbox
from services.notifier.repository import Repository
from services.notifier.use_cases.confirming import confirm_steps, index_events
from shared.contracts.envelope import Event, Fact, OrderEvent
from shared.contracts.flows import EVENTS, SERVICES
from shared.contracts.versions import Vocabulary
from shared.messaging.outbox import keep_in
from shared.persistence.engine import Database
from shared.persistence.unit_of_work import Units

PAGE = 500

INDEX = NotifierTable.metadata.tables["events"]
ORDERS = NotifierTable.metadata.tables["orders"]
MATTERS = NotifierTable.metadata.tables["matters"]
INBOX = NotifierTable.metadata.tables["inbox"]
LOG = NotifierTable.metadata.tables["outbox"]
"""Columns of an outbox; every service's has the same."""

READ_MODELS: Mapping[str, tuple[Table, str]] = {
    "events": (INDEX, "event_id"),
    "orders": (ORDERS, "order_id"),
    "matters": (MATTERS, "order_id"),
}
"""Each read model with the column its rows are known by."""

_VOCABULARY = Vocabulary(EVENTS)


@dataclass(frozen=True)
class Page:
    """Some facts in the order of hearing. ``last`` is the mark from which to go on; ``unknown`` are ids that notifier
    heard and no outbox has."""

    last: Mark
    facts: Sequence[Fact[Event]]
    unknown: Sequence[str]


Mark = tuple[Any, ...]
"""Where in the order of hearing a page ended."""

START: Mark = ()


def compared(table: Table) -> list[str]:
    """The columns a replay gives again. An index row's position is a number of its own database."""
    return [column.name for column in table.columns if column.name != "position"]


async def facts_heard(databases: Databases, after: Mark = START) -> AsyncIterator[Page]:
    """What notifier has heard, as its publishers' outboxes tell it, page by page.

    The order is the index's. Where the index has lost something, it is the inbox's times and, within one of them, the
    ids, which are sortable by the time they were made.
    """
    pages = _by_position if await _index_is_whole(databases.notifier) else _by_time
    while True:
        ids = await _read(databases.notifier, pages(after))
        if not ids:
            return
        after = tuple(ids[-1])[1:]
        told = await _told(databases, [row.event_id for row in ids])
        facts = [told[row.event_id] for row in ids if row.event_id in told]
        yield Page(after, facts, [row.event_id for row in ids if row.event_id not in told])


async def _index_is_whole(notifier: Database) -> bool:
    indexed = exists().where(INDEX.c.event_id == INBOX.c.event_id)
    async with notifier.reading() as session:
        return await session.scalar(select(INBOX.c.event_id).where(~indexed).limit(1)) is None


def _by_position(after: Mark) -> Select[Any]:
    page = select(INDEX.c.event_id, INDEX.c.position).order_by(INDEX.c.position).limit(PAGE)
    return page.where(INDEX.c.position > after[0]) if after else page


def _by_time(after: Mark) -> Select[Any]:
    page = select(INBOX.c.event_id, INBOX.c.heard_at, INBOX.c.event_id.label("id"))
    page = page.order_by(INBOX.c.heard_at, INBOX.c.event_id).limit(PAGE)
    if not after:
        return page
    heard_at, event_id = after
    later = (INBOX.c.heard_at == heard_at) & (INBOX.c.event_id > event_id)
    return page.where((INBOX.c.heard_at > heard_at) | later)


async def _told(databases: Databases, event_ids: Sequence[str]) -> dict[str, Fact[Event]]:
    told: dict[str, Fact[Event]] = {}
    for service in SERVICES:
        missing = [event_id for event_id in event_ids if event_id not in told]
        rows = await _read(databases.named()[service], select(LOG).where(LOG.c.event_id.in_(missing)))
        told |= {row.event_id: fact_of_row(row) for row in rows}
    return told


def fact_of_row(row: Any) -> Fact[Event]:
    """An outbox row as the fact its consumers heard, in its newest version. Raises ``Poison``, a ``ValueError``, for
    what nobody could hear."""
    return Fact(row.event_id, row.time, _VOCABULARY.event_of(row.type, row.body), row.traceparent)


async def _read(database: Database, query: Select[Any]) -> Sequence[Any]:
    async with database.reading() as session:
        return list(await session.execute(query))


@dataclass
class Replay:
    """Read models that grow from facts, in a database of their own; what they call for besides stays there unread.

    ``heard`` counts facts. ``early`` are facts whose predecessor has not come; a later page may bring it.
    """

    database: Database
    now: Callable[[], datetime]
    heard: int = 0
    early: list[Fact[Event]] = field(default_factory=list)

    async def prepare(self) -> None:
        """Make notifier's tables, without their history."""
        async with self.database.engine.begin() as connection:
            await connection.run_sync(NotifierTable.metadata.create_all)

    async def hear(self, facts: Sequence[Fact[Event]]) -> None:
        """Take facts in, in their order, by the use cases that heard them first; those that were early once more after
        the others."""
        waiting = [*self.early, *facts]
        while True:
            self.early = await self._hear(waiting)
            self.heard += len(waiting) - len(self.early)
            if not self.early or len(self.early) == len(waiting):
                return
            waiting = self.early

    async def _hear(self, facts: Sequence[Fact[Event]]) -> list[Fact[Event]]:
        steps = [fact for fact in facts if isinstance(fact.event, OrderEvent)]
        async with Units(self.database, Repository, self.now, keep_in(Outbox))() as uow:
            await index_events(uow, facts)  # all of them first: the index keeps the order of hearing
            answers = await confirm_steps(uow, steps)  # type: ignore[arg-type]  # narrowed above
        return [fact for fact, answer in zip(steps, answers, strict=True) if answer is not None]
