"""What was heard, in the same transaction as its effects: a fact takes effect once per consumer, for ever."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.messaging.outbox import OutboxColumns


class InboxColumns(SQLModel):
    """One row per (durable, event): the guard against redelivery and replay."""

    durable: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    heard_at: datetime


class MessagingRepository:
    """The messaging part of a service's repository; the service names its two tables."""

    inbox: ClassVar[type[InboxColumns]]
    outbox: ClassVar[type[OutboxColumns]]

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take_in(self, durable: str, event_ids: Collection[str], now: datetime) -> set[str]:
        """Note these events as heard; returns those that were not known before."""
        insert = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        rows = [{"durable": durable, "event_id": event_id, "heard_at": now} for event_id in event_ids]
        statement = insert(self.inbox).values(rows).on_conflict_do_nothing()
        return set(await self._session.scalars(statement.returning(col(self.inbox.event_id))))

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
