"""Loads and saves for notifier's use cases; every write's SQL is here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from services.notifier.models import (
    Audited,
    BuriedLetter,
    Delivery,
    FollowedOrder,
    Inbox,
    IndexedEvent,
    LetterAct,
    Matter,
    Notice,
    NotifierTable,
    Outbox,
    PasswordTries,
    PlannedNotice,
    Preferences,
    Published,
    Round,
    Session,
    UsedHandover,
)
from services.notifier.models.notices import WAITING_ROWS
from shared.identity.handing_over import HandoverRepository
from shared.messaging.inbox import MessagingRepository
from shared.persistence.unit_of_work import UnitOfWork

Row = Mapping[str, Any]

NO_ORDER = "none"
"""What a notice is about that is about no order."""


class Repository(MessagingRepository, HandoverRepository):
    """Notifier's database inside one unit of work."""

    inbox = Inbox
    outbox = Outbox
    published = Published
    audited = Audited
    sessions = Session
    used_handovers = UsedHandover

    async def orders(self, order_ids: Collection[str]) -> dict[str, FollowedOrder]:
        """Orders by id, locked for change where the database has row locks; absent ones are left out."""
        found = select(FollowedOrder).where(col(FollowedOrder.order_id).in_(order_ids)).with_for_update()
        return {order.order_id: order for order in await self._session.scalars(found)}

    async def add_orders(self, orders: Sequence[FollowedOrder]) -> None:
        """Insert orders before anything refers to them."""
        self._session.add_all(orders)
        await self._session.flush()

    async def stand_for_no_order(self) -> None:
        """Have the row that notices about no order refer to."""
        nothing = {"reference": "", "service": "", "community": None, "grid": ""}
        heard = {"intake_version": 0, "dispatch_version": 0, "involved": "{}"}
        await self._add_new(FollowedOrder, [{"order_id": NO_ORDER, **nothing, **heard}], "order_id")

    def add(self, *rows: NotifierTable) -> None:
        """Have rows inserted with this unit."""
        self._session.add_all(rows)

    async def password_tries(self, prints: Collection[str]) -> dict[str, PasswordTries]:
        """How often passwords were tried, locked for change where the database has row locks."""
        found = select(PasswordTries).where(col(PasswordTries.print).in_(prints)).with_for_update()
        return {one.print: one for one in await self._session.scalars(found)}

    async def forget_tries(self, print_: str, until: datetime) -> None:
        """Forget one name's, and those nobody has added to since."""
        tries = PasswordTries
        await self._session.execute(delete(tries).where((col(tries.print) == print_) | (col(tries.last_at) <= until)))

    async def matters(self, order_ids: Collection[str]) -> dict[str, Matter]:
        """Matters of the board by order, locked for change where the database has row locks."""
        if not order_ids:
            return {}
        found = select(Matter).where(col(Matter.order_id).in_(order_ids)).with_for_update()
        return {matter.order_id: matter for matter in await self._session.scalars(found)}

    async def add_matters(self, matters: Sequence[Matter]) -> None:
        """Count orders from now on."""
        self._session.add_all(matters)

    async def add_events(self, rows: Sequence[Row]) -> None:
        """Index events, in this order; one that is known already is left as it is."""
        await self._add_new(IndexedEvent, rows, "event_id")

    async def add_notices(self, rows: Sequence[Row]) -> set[str]:
        """Insert the notices nobody has been given yet; returns their ids."""
        return await self._add_new(Notice, rows, "notice_id")

    async def add_deliveries(self, rows: Sequence[Row]) -> None:
        """Insert deliveries; a notice leaves once over each channel."""
        await self._add_new(Delivery, rows, "delivery_id")

    async def refused_before(self, channels: Collection[str], wall: datetime) -> bool:
        """A channel takes messages again: what it refused is due at ``wall``. Returns whether there was any."""
        again = (
            update(Delivery)
            .where(WAITING_ROWS.of(col(Delivery.state)), col(Delivery.channel).in_(channels))
            .where(col(Delivery.error).is_not(None), col(Delivery.next_attempt_at) > wall)
            .values(next_attempt_at=wall)
            .returning(col(Delivery.delivery_id))
        )
        return (await self._session.execute(again)).first() is not None

    async def add_dead_letters(self, rows: Sequence[Row]) -> None:
        """Index dead letters; one that is known already is left as it is."""
        await self._add_new(BuriedLetter, rows, "dead_letter_id")

    async def planned(self, order_ids: Collection[str]) -> dict[str, list[PlannedNotice]]:
        """Notices to come by their order."""
        if not order_ids:
            return {}
        found: dict[str, list[PlannedNotice]] = {}
        for one in await self._session.scalars(select(PlannedNotice).where(col(PlannedNotice.order_id).in_(order_ids))):
            found.setdefault(one.order_id, []).append(one)
        return found

    async def add_planned(self, rows: Sequence[Row]) -> None:
        """Notices to come; one that is known already is left as it is."""
        await self._add_new(PlannedNotice, rows, "planned_id")

    async def drop_planned(self, rows: Sequence[PlannedNotice]) -> None:
        """They will not be made any more, or are made now."""
        for one in rows:
            await self._session.delete(one)

    async def due_planned(self, by: Mapping[str, datetime], most: int) -> list[PlannedNotice]:
        """Notices whose time has come, the oldest first: ``by`` says for each wait until when. Locked for change where
        the database has row locks; those that another process is at are left to it.
        """
        over = [(col(PlannedNotice.wait) == wait) & (col(PlannedNotice.due_at) <= at) for wait, at in by.items()]
        due = select(PlannedNotice).where(or_(*over)).order_by(col(PlannedNotice.due_at)).limit(most)
        return list(await self._session.scalars(due.with_for_update(skip_locked=True)))

    async def round_of(self, name: str) -> Round | None:
        """When something was done last that is done every day or week, locked for change."""
        return await self._session.get(Round, name, with_for_update=True)

    async def dead_letters(self, dead_letter_ids: Collection[str]) -> dict[str, BuriedLetter]:
        """Dead letters by id, locked for change where the database has row locks."""
        found = select(BuriedLetter).where(col(BuriedLetter.dead_letter_id).in_(dead_letter_ids)).with_for_update()
        return {letter.dead_letter_id: letter for letter in await self._session.scalars(found)}

    def note_act(self, dead_letter_id: str, act: str, by: str, wall: datetime, result: str, reason: str) -> None:
        """Keep what somebody did about a dead letter."""
        self._session.add(
            LetterAct(dead_letter_id=dead_letter_id, act=act, by=by, at=wall, result=result, reason=reason)
        )

    async def notices(self, notice_ids: Collection[str]) -> dict[str, Notice]:
        """Notices by id."""
        found = select(Notice).where(col(Notice.notice_id).in_(notice_ids))
        return {notice.notice_id: notice for notice in await self._session.scalars(found)}

    async def deliveries(self, delivery_ids: Collection[str]) -> dict[str, tuple[Delivery, Notice, FollowedOrder]]:
        """Deliveries with their notices and orders, locked where the database has row locks."""
        found = (
            select(Delivery, Notice, FollowedOrder)
            .join(Notice, col(Notice.notice_id) == col(Delivery.notice_id))
            .join(FollowedOrder, col(FollowedOrder.order_id) == col(Notice.order_id))
            .where(col(Delivery.delivery_id).in_(delivery_ids))
            .with_for_update(of=Delivery)
        )
        rows = (await self._session.execute(found)).all()
        return {delivery.delivery_id: (delivery, notice, order) for delivery, notice, order in rows}

    async def preferences(self, role: str, recipient_id: str) -> Preferences | None:
        """What somebody has chosen, locked for change."""
        return await self._session.get(Preferences, (role, recipient_id), with_for_update=True)

    async def forget_preferences(self, role: str, recipient_id: str) -> None:
        """Nothing of what somebody chose is kept."""
        whose = (col(Preferences.recipient_role) == role) & (col(Preferences.recipient_id) == recipient_id)
        await self._session.execute(delete(Preferences).where(whose))

    async def _add_new(self, table: type[NotifierTable], rows: Sequence[Row], key: str) -> set[str]:
        if not rows:
            return set()
        insert = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        plain = table.__table__  # type: ignore[attr-defined]  # not the model: its rows would be inserted one by one
        statement = insert(plain).on_conflict_do_nothing().returning(plain.c[key])
        return set(await self._session.scalars(statement, rows))


Unit = UnitOfWork[Repository]
"""A unit of work of notifier."""
