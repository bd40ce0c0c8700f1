"""Notices, letterboxes, and what is to be delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import col

from services.notifier.commands import Recipient
from services.notifier.models import Delivery, DeliveryState, FollowedOrder, Notice
from services.notifier.policies.channels import FIRST, ChannelOrder
from services.notifier.queries.views import DeliveryView, LetterView, NoticeView, RecipientView
from services.notifier.queries.wording import Wording
from shared.contracts.refusal import NotFound
from shared.contracts.words import Role
from shared.persistence.engine import Database
from shared.web.i18n import Reader
from shared.web.paging import Page, page_of, place_of

Found = tuple[Notice, FollowedOrder]


@dataclass(frozen=True)
class DueDelivery:
    """A delivery whose time has come, with all its message is made of. ``attempts``: those made before."""

    delivery_id: str
    notice_id: str
    attempts: int
    order_id: str
    reference: str
    service: str
    kind: str
    role: Role
    recipient_id: str
    version: int
    made_at: datetime


class NoticeQueries:
    """Reads notices. ``order``: over which channels they leave."""

    def __init__(self, database: Database, wording: Wording, order: ChannelOrder) -> None:
        self._database = database
        self._wording = wording
        self._order = order

    async def notices(self, order: str | None, kind: str | None, cursor: str | None, limit: int) -> Page[NoticeView]:
        """Everybody's notices, newest first; ``order`` is an order's id or its reference."""
        found = _noticed(cursor)
        if order is not None:
            found = found.where(or_(col(Notice.order_id) == order, col(FollowedOrder.reference) == order))
        if kind is not None:
            found = found.where(col(Notice.kind) == kind)
        rows = await self._rows(found.limit(limit + 1))
        deliveries = await self._deliveries([notice.notice_id for notice, _ in rows])
        return page_of(
            rows,
            limit,
            lambda row: _notice_view(row, deliveries.get(row[0].notice_id, [])),
            lambda row: (row[0].notice_id,),
        )

    async def letterbox(self, owner: Recipient, cursor: str | None, limit: int, reader: Reader) -> Page[LetterView]:
        """A recipient's own notices, newest first, in the reader's language."""
        found = _noticed(cursor).where(
            col(Notice.recipient_role) == owner.role.value, col(Notice.recipient_id) == owner.id
        )
        rows = await self._rows(found.limit(limit + 1))
        return page_of(rows, limit, lambda row: self._letter(row, reader), lambda row: (row[0].notice_id,))

    async def unread(self, owner: Recipient) -> int:
        """How many notices of a recipient are unread."""
        count = select(func.count()).where(
            col(Notice.recipient_role) == owner.role.value,
            col(Notice.recipient_id) == owner.id,
            col(Notice.read_at).is_(None),
        )
        async with self._database.reading() as session:
            return await session.scalar(count) or 0

    async def letter(self, notice_id: str, reader: Reader) -> LetterView:
        """One notice in the reader's language; ask first whose it is. Raises ``NotFound``."""
        rows = await self._rows(_noticed(None).where(col(Notice.notice_id) == notice_id))
        if not rows:
            raise NotFound
        return self._letter(rows[0], reader)

    async def due_deliveries(self, channel: str, wall: datetime, most: int) -> list[DueDelivery]:
        """What a channel is to take by ``wall``, oldest notice first.

        Nobody's notice overtakes an earlier one of theirs that this channel refused and that is not due again.
        """
        waiting = and_(col(Delivery.state) == DeliveryState.WAITING.value, _over(self._order, channel))
        held = (
            select(
                col(Notice.recipient_role).label("role"),
                col(Notice.recipient_id).label("id"),
                func.min(col(Notice.notice_id)).label("first"),
            )
            .join(Delivery, col(Delivery.notice_id) == Notice.notice_id)
            .where(waiting, col(Delivery.next_attempt_at) > wall)
            .group_by(col(Notice.recipient_role), col(Notice.recipient_id))
            .subquery()
        )
        theirs = and_(col(Notice.recipient_role) == held.c.role, col(Notice.recipient_id) == held.c.id)
        due = (
            select(Delivery, Notice, FollowedOrder)
            .join(Notice, col(Notice.notice_id) == col(Delivery.notice_id))
            .join(FollowedOrder, col(FollowedOrder.order_id) == col(Notice.order_id))
            .outerjoin(held, theirs)
            .where(waiting, col(Delivery.next_attempt_at) <= wall)
            .where(or_(held.c.first.is_(None), col(Notice.notice_id) < held.c.first))
            .order_by(col(Notice.notice_id))
            .limit(most)
        )
        async with self._database.reading() as session:
            return [_due(*row) for row in (await session.execute(due)).all()]

    async def next_attempt(self) -> datetime | None:
        """When (wall time) the next waiting delivery is due."""
        earliest = select(func.min(col(Delivery.next_attempt_at))).where(
            col(Delivery.state) == DeliveryState.WAITING.value
        )
        async with self._database.reading() as session:
            return await session.scalar(earliest)

    async def _rows(self, found: Select[Notice, FollowedOrder]) -> Sequence[Any]:
        async with self._database.reading() as session:
            rows: Sequence[Any] = (await session.execute(found)).all()
            return rows

    async def _deliveries(self, notice_ids: Sequence[str]) -> dict[str, list[DeliveryView]]:
        found = select(Delivery).where(col(Delivery.notice_id).in_(notice_ids)).order_by(col(Delivery.delivery_id))
        by_notice: dict[str, list[DeliveryView]] = {}
        async with self._database.reading() as session:
            for row in await session.scalars(found):
                view = DeliveryView.model_validate(row, from_attributes=True)
                if row.channel == FIRST:
                    view = view.model_copy(update={"channel": self._order.first})
                by_notice.setdefault(row.notice_id, []).append(view)
        return by_notice

    def _letter(self, row: Found, reader: Reader) -> LetterView:
        notice, order = row
        text = self._wording.say(notice.kind, Role(notice.recipient_role), order.reference, order.service, reader)
        return LetterView(reference=order.reference, text=text, **notice.model_dump(include=_LETTER))


def _over(order: ChannelOrder, channel: str) -> ColumnElement[bool]:
    """Whose turn a delivery is: what was never attempted, or waits for a channel there is no more, is the first's."""
    mine = col(Delivery.channel) == channel
    if channel != order.first:
        return mine
    return or_(mine, col(Delivery.channel) == FIRST, col(Delivery.channel).not_in(order.names))


_UNLINKED: dict[str, Any] = {"offer_id": None}
"""Ops see who was told; which offer it was about would lead to how it was answered (``policies.asking``)."""
_LETTER = set(LetterView.model_fields) - {"reference", "text"}


def _noticed(cursor: str | None) -> Select[Notice, FollowedOrder]:
    found = (
        select(Notice, FollowedOrder)
        .join(FollowedOrder, col(FollowedOrder.order_id) == col(Notice.order_id))
        .order_by(col(Notice.notice_id).desc())
    )
    return found if cursor is None else found.where(col(Notice.notice_id) < place_of(cursor, str)[0])


def _notice_view(row: Found, deliveries: list[DeliveryView]) -> NoticeView:
    notice, order = row
    return NoticeView(
        reference=order.reference,
        recipient=RecipientView(role=Role(notice.recipient_role), id=notice.recipient_id),
        deliveries=deliveries,
        **notice.model_dump(include=_LETTER) | _UNLINKED,
    )


def _due(delivery: Delivery, notice: Notice, order: FollowedOrder) -> DueDelivery:
    return DueDelivery(
        delivery_id=delivery.delivery_id,
        notice_id=notice.notice_id,
        attempts=delivery.attempts,
        order_id=notice.order_id,
        reference=order.reference,
        service=order.service,
        kind=notice.kind,
        role=Role(notice.recipient_role),
        recipient_id=notice.recipient_id,
        version=notice.version,
        made_at=notice.made_at,
    )
