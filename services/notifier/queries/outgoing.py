"""What is to leave, and how much has left already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, distinct, func, or_, select, tuple_
from sqlmodel import col

from services.notifier.commands import FILE, Recipient
from services.notifier.models import LETTERBOX, Delivery, FollowedOrder, Notice
from services.notifier.models.notices import WAITING_ROWS
from services.notifier.policies.texts import DETAILED
from services.notifier.queries.wording import Told
from shared.contracts.words import Role, Urgency
from shared.persistence.engine import Database

_WAITS = WAITING_ROWS.of(col(Delivery.state))
_WHOSE = tuple_(col(Notice.recipient_role), col(Notice.recipient_id))


@dataclass(frozen=True)
class DueDelivery:
    """A delivery whose time has come, with all its message is made of. ``attempts``: those made before; ``error``: what
    came of the last one; ``not_before``: the time (domain) it has waited for.
    """

    delivery_id: str
    notice_id: str
    channel: str
    attempts: int
    error: str | None
    message_id: str | None
    not_before: datetime | None
    order_id: str
    version: int
    made_at: datetime
    recipient: Recipient
    urgency: Urgency | None
    told: Told
    traceparent: str


class OutgoingQueries:
    """Reads deliveries that wait."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, wall: datetime, now: datetime, most: int) -> list[DueDelivery]:
        """What is to leave by ``wall`` and ``now`` (domain time), oldest notice first.

        Nobody's notice overtakes an earlier one of theirs that was attempted, or refused, and is not due again.
        """
        held = (
            select(
                col(Notice.recipient_role).label("role"),
                col(Notice.recipient_id).label("id"),
                func.min(col(Notice.notice_id)).label("first"),
            )
            .join(Delivery, col(Delivery.notice_id) == col(Notice.notice_id))
            .where(_WAITS, col(Delivery.next_attempt_at) > wall)
            .group_by(col(Notice.recipient_role), col(Notice.recipient_id))
            .subquery()
        )
        theirs = and_(col(Notice.recipient_role) == held.c.role, col(Notice.recipient_id) == held.c.id)
        due = (
            _waiting(wall)
            .outerjoin(held, theirs)
            .where(or_(col(Delivery.not_before).is_(None), col(Delivery.not_before) <= now))
            .where(or_(held.c.first.is_(None), col(Notice.notice_id) < held.c.first))
        )
        return await self._read(due.order_by(col(Notice.notice_id)).limit(most))

    async def company(
        self, whom: Collection[Recipient], wall: datetime, now: datetime, by: datetime
    ) -> list[DueDelivery]:
        """What waits for company until ``by`` at most (domain time) and may go with what leaves to these people now."""
        if not whom:
            return []
        there = _waiting(wall).where(_WHOSE.in_([(one.role.value, one.id) for one in whom]))
        there = there.where(col(Delivery.not_before) > now, col(Delivery.not_before) <= by, col(Delivery.attempts) == 0)
        return await self._read(there.order_by(col(Notice.notice_id)))

    async def sent_since(self, whom: Collection[Recipient], since: datetime) -> dict[Recipient, int]:
        """How many messages each of these people was sent since then (domain time)."""
        if not whom:
            return {}
        counted = (
            select(col(Notice.recipient_role), col(Notice.recipient_id), func.count(distinct(col(Delivery.message_id))))
            .join(Delivery, col(Delivery.notice_id) == col(Notice.notice_id))
            .where(_WHOSE.in_([(one.role.value, one.id) for one in whom]))
            .where(col(Delivery.delivered_at) >= since, col(Delivery.channel).not_in((LETTERBOX, FILE)))
            .group_by(col(Notice.recipient_role), col(Notice.recipient_id))
        )
        async with self._database.reading() as session:
            rows = (await session.execute(counted)).all()
        return {Recipient(Role(role), id_): count for role, id_, count in rows}

    async def next_attempt(self, now: datetime) -> datetime | None:
        """When (wall time) the next waiting delivery is due that waits for nothing else."""
        open_ = or_(col(Delivery.not_before).is_(None), col(Delivery.not_before) <= now)
        return await self._first(select(func.min(col(Delivery.next_attempt_at))).where(_WAITS, open_))

    async def next_time(self, now: datetime) -> datetime | None:
        """When (domain time) the next delivery may leave that waits for its time."""
        return await self._first(
            select(func.min(col(Delivery.not_before))).where(_WAITS, col(Delivery.not_before) > now)
        )

    async def _first(self, found: Select[datetime | None]) -> datetime | None:
        async with self._database.reading() as session:
            return await session.scalar(found)

    async def _read(self, due: Select[Delivery, Notice, FollowedOrder]) -> list[DueDelivery]:
        async with self._database.reading() as session:
            return [_due(*row) for row in (await session.execute(due)).all()]


def _waiting(wall: datetime) -> Select[Delivery, Notice, FollowedOrder]:
    return (
        select(Delivery, Notice, FollowedOrder)
        .join(Notice, col(Notice.notice_id) == col(Delivery.notice_id))
        .join(FollowedOrder, col(FollowedOrder.order_id) == col(Notice.order_id))
        .where(_WAITS, col(Delivery.next_attempt_at) <= wall)
    )


def _due(delivery: Delivery, notice: Notice, order: FollowedOrder) -> DueDelivery:
    role = Role(notice.recipient_role)
    return DueDelivery(
        delivery_id=delivery.delivery_id,
        notice_id=notice.notice_id,
        channel=delivery.channel,
        attempts=delivery.attempts,
        error=delivery.error,
        message_id=delivery.message_id,
        not_before=delivery.not_before,
        order_id=notice.order_id,
        version=notice.version,
        made_at=notice.made_at,
        recipient=Recipient(role, notice.recipient_id),
        urgency=order.involvement.urgency,
        told=told_of_notice(notice, order),
        traceparent=notice.traceparent,
    )


def told_of_notice(notice: Notice, order: FollowedOrder) -> Told:
    """What a notice tells of, as its order stands now."""
    role, serving = Role(notice.recipient_role), None
    if notice.assignment_id is not None and (notice.kind, role) in DETAILED:
        serving = order.involvement.serving.get(notice.assignment_id)
    return Told(notice.kind, role, order.reference, order.service, order.grid, serving, notice.amount, notice.late)
