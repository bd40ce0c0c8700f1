"""What was heard, in the same transaction as its effects: a fact takes effect once per consumer, for ever."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, func, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.messaging.outbox import OutboxColumns
from shared.messaging.published import PublishedColumns, Seen


class InboxColumns(SQLModel):
    """One row per (durable, event): the guard against redelivery and replay."""

    durable: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    heard_at: datetime


class MessagingRepository:
    """The messaging part of a service's repository; the service names its three tables."""

    inbox: ClassVar[type[InboxColumns]]
    outbox: ClassVar[type[OutboxColumns]]
    published: ClassVar[type[PublishedColumns]]

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take_in(self, durable: str, event_ids: Collection[str], now: datetime) -> set[str]:
        """Note these events as heard; returns those that were not known before."""
        table = inspect(self.inbox).local_table
        insert = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        rows = [{"durable": durable, "event_id": event_id, "heard_at": now} for event_id in event_ids]
        statement = insert(table).on_conflict_do_nothing().returning(table.c.event_id)
        return set(await self._session.scalars(statement, rows))

    async def put_back(self, durable: str, event_ids: Collection[str]) -> None:
        """Forget events that could not take effect yet; they will be delivered again."""
        await self._session.execute(
            delete(self.inbox).where(col(self.inbox.durable) == durable, col(self.inbox.event_id).in_(event_ids))
        )

    async def mark_sent(self, positions: Sequence[int], wall: datetime) -> None:
        """The broker acknowledged these outbox rows."""
        await self._session.execute(
            update(self.outbox).where(col(self.outbox.position).in_(positions)).values(sent_at=wall)
        )

    async def publish_anew(self, positions: Sequence[int]) -> None:
        """These outbox rows are not where they were sent: have them published as if they never had been."""
        await self._session.execute(
            update(self.outbox).where(col(self.outbox.position).in_(positions)).values(sent_at=None)
        )

    async def published_to(self, stream: str) -> PublishedColumns | None:
        """What is remembered of a stream, locked for change where the database has row locks."""
        return await self._session.get(self.published, stream, with_for_update=True)

    async def remember(self, seen: Seen) -> PublishedColumns:
        """Remember a stream from now on."""
        row = self.published(stream=seen.stream, created=seen.created, last_sequence=seen.last_sequence)
        self._session.add(row)
        return row

    async def last_sent(self) -> int:
        """The position of the last outbox row the broker ever acknowledged; 0 when there is none."""
        sent = select(col(self.outbox.position)).where(col(self.outbox.sent_at).is_not(None))
        return await self._session.scalar(sent.order_by(col(self.outbox.position).desc()).limit(1)) or 0

    async def before_sent_since(self, wall: datetime) -> int:
        """The position before the first outbox row that was acknowledged at or after an instant; the last position when
        there is none."""
        first = await self._session.scalar(
            select(func.min(col(self.outbox.position))).where(col(self.outbox.sent_at) >= wall)
        )
        return await self.last_sent() if first is None else first - 1

    async def before_last_sent(self, count: int) -> int:
        """The position before the last ``count`` outbox rows that were acknowledged, in order of acknowledging."""
        sent_at = col(self.outbox.sent_at)
        last = select(sent_at).where(sent_at.is_not(None)).order_by(col(self.outbox.position).desc()).limit(count)
        since = await self._session.scalar(select(func.min(last.subquery().c.sent_at)))
        return 0 if since is None else await self.before_sent_since(since)
