"""Notices, letterboxes, and what is to be delivered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from services.notifier.commands import Recipient
from services.notifier.models import Delivery, FollowedOrder, Notice
from services.notifier.policies.channels import FIRST, ChannelOrder
from services.notifier.queries.outgoing import told_of_notice
from services.notifier.queries.reaching import Reaching
from services.notifier.queries.views import DeliveryView, LetterView, NoticeView, RecipientView
from services.notifier.queries.wording import Names, Wording
from shared.contracts.reaching import Reach
from shared.contracts.refusal import NotFound
from shared.contracts.words import Role
from shared.persistence.engine import Database
from shared.web.i18n import Reader
from shared.web.paging import Page, page_of, place_of

Found = tuple[Notice, FollowedOrder]


class NoticeQueries:
    """Reads notices. ``order``: over which channels they leave."""

    def __init__(self, database: Database, wording: Wording, order: ChannelOrder, reaching: Reaching) -> None:
        self._database = database
        self._wording = wording
        self._order = order
        self._reaching = reaching

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
        names = await self._names(rows)
        return page_of(rows, limit, lambda row: self._letter(row, reader, names), lambda row: (row[0].notice_id,))

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
        return self._letter(rows[0], reader, await self._names(rows))

    async def _names(self, rows: Sequence[Found]) -> dict[str, Reach]:
        """What those are called whom these notices tell of."""
        serving = [told.serving for told in (told_of_notice(*row) for row in rows) if told.serving is not None]
        return await self._reaching.names({one.volunteer_id for one in serving}) if serving else {}

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

    def _letter(self, row: Found, reader: Reader, names: Names) -> LetterView:
        notice, order = row
        text = self._wording.say(told_of_notice(notice, order), reader, names)
        return LetterView(reference=order.reference, text=text, **notice.model_dump(include=_LETTER))


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
