"""Events leave a service through a table: written with the state they tell of, published after the commit.

Rows stay when they are published. They are the log from which a lost stream is published again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Index, Integer, Select, Text, insert, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel

from shared.contracts.envelope import Event, to_headers
from shared.persistence.unit_of_work import Keep, Recorded


class OutboxColumns(SQLModel):
    """Columns of a service's outbox; ``sent_at`` (wall time) stays empty until the broker acknowledged."""

    position: int | None = Field(default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer(), "sqlite"))
    event_id: str = Field(unique=True)
    subject: str
    type: str
    about: str = Field(index=True)
    version: int | None = None
    time: datetime
    traceparent: str
    body: str = Field(sa_type=Text)
    sent_at: datetime | None = None


class Kept(NamedTuple):
    """A row of an outbox as it is published: a plain tuple, since thousands are read a second and none is changed."""

    position: int
    event_id: str
    subject: str
    type: str
    about: str
    time: datetime
    traceparent: str
    body: str


def kept(outbox: type[OutboxColumns]) -> Select[*tuple[Any, ...]]:
    """Rows of an outbox in order, to be made ``Kept``."""
    columns = inspect(outbox).local_table.c
    return select(*(columns[name] for name in Kept._fields)).order_by(columns.position)


def unsent(table: str) -> Index:
    """The index the relay lives on: only what is still to be published."""
    where = text("sent_at IS NULL")
    return Index(f"{table}_unsent", "position", sqlite_where=where, postgresql_where=where)


def keep_in(outbox: type[OutboxColumns]) -> Keep:
    """How units of work keep recorded events: one insert for all of them, in order."""
    table = inspect(outbox).local_table

    async def keep(session: AsyncSession, recorded: Sequence[Recorded]) -> None:
        if recorded:
            await session.execute(insert(table), [_row(one) for one in recorded])

    return keep


def _row(recorded: Recorded) -> dict[str, Any]:
    event: Event = recorded.event
    return {
        "event_id": recorded.event_id,
        "subject": event.subject,
        "type": event.type(),
        "about": event.about,
        "version": getattr(event, "version", None),
        "time": recorded.time,
        "traceparent": recorded.traceparent,
        "body": event.model_dump_json(),
    }


def headers_of(row: Kept | OutboxColumns) -> dict[str, str]:
    """The CloudEvents headers of a kept row."""
    return to_headers(row.type, row.about, event_id=row.event_id, time=row.time, traceparent=row.traceparent)
