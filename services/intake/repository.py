"""Loads and saves for intake's use cases; every write's SQL is here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select
from sqlmodel import col

from services.intake.models import (
    Assignment,
    Audited,
    Call,
    Closing,
    Correction,
    DoorKey,
    Erasure,
    Extension,
    ExternalId,
    Inbox,
    Incident,
    IntakeTable,
    Leg,
    Misses,
    OneTimeCode,
    Order,
    OrderContact,
    OrderReview,
    Outbox,
    ProposedTime,
    Published,
    Resident,
    Server,
    Session,
    Sighting,
    TaughtRun,
    UsedHandover,
)
from shared.contracts.words import OrderState, Outcome
from shared.identity.codes import CodeRepository
from shared.identity.handing_over import HandoverRepository
from shared.messaging.inbox import MessagingRepository
from shared.persistence.unit_of_work import UnitOfWork

CONTENT_RATING = 4
"""A resident who rates was content from this rating on."""

_LOOKED_THROUGH = 50
"""So many of a phone's last orders are looked through: a property office may have placed thousands."""


class Repository(HandoverRepository, CodeRepository, MessagingRepository):
    """Intake's database inside one unit of work."""

    inbox = Inbox
    outbox = Outbox
    published = Published
    audited = Audited
    sessions = Session
    used_handovers = UsedHandover
    codes = OneTimeCode

    async def orders(self, order_ids: Collection[str]) -> dict[str, Order]:
        """Orders by id, locked for change where the database has row locks; absent ones are left out."""
        found = select(Order).where(col(Order.order_id).in_(order_ids)).with_for_update()
        return {order.order_id: order for order in await self._session.scalars(found)}

    async def legs_of(self, order_ids: Collection[str]) -> dict[str, list[Leg]]:
        """Legs of orders, by order, in sequence."""
        found = select(Leg).where(col(Leg.order_id).in_(order_ids)).order_by(col(Leg.round), col(Leg.position))
        legs: dict[str, list[Leg]] = {order_id: [] for order_id in order_ids}
        for leg in await self._session.scalars(found):
            legs[leg.order_id].append(leg)
        return legs

    async def proposed_times(self, order_ids: Collection[str]) -> dict[tuple[str, str], ProposedTime]:
        """Times that volunteers proposed, by order and offer."""
        found = select(ProposedTime).where(col(ProposedTime.order_id).in_(order_ids))
        return {(one.order_id, one.offer_id): one for one in await self._session.scalars(found)}

    async def residents(self, resident_ids: Collection[str]) -> dict[str, Resident]:
        """Residents who are concerned besides who ordered, by their id."""
        found = select(Resident).where(col(Resident.resident_id).in_(resident_ids))
        return {one.resident_id: one for one in await self._session.scalars(found)}

    async def residents_of(self, order_ids: Collection[str]) -> dict[str, list[Resident]]:
        """Who is concerned in orders besides who ordered, by order, in the order they joined; also who left."""
        found = select(Resident).where(col(Resident.order_id).in_(order_ids))
        in_turn = found.order_by(col(Resident.joined_at), col(Resident.resident_id))
        residents: dict[str, list[Resident]] = {order_id: [] for order_id in order_ids}
        for one in await self._session.scalars(in_turn):
            residents[one.order_id].append(one)
        return residents

    async def calls_of(self, order_ids: Collection[str]) -> dict[str, list[Call]]:
        """Calls and visits of orders, by order, the oldest first. Whoever changes one has locked its order."""
        found = select(Call).where(col(Call.order_id).in_(order_ids)).order_by(col(Call.call_id))
        calls: dict[str, list[Call]] = {order_id: [] for order_id in order_ids}
        for call in await self._session.scalars(found):
            calls[call.order_id].append(call)
        return calls

    async def closings(self, closing_ids: Collection[str]) -> dict[str, Closing]:
        """Closings that were proposed, by id."""
        found = select(Closing).where(col(Closing.closing_id).in_(closing_ids))
        return {one.closing_id: one for one in await self._session.scalars(found)}

    async def servers_of(self, order_ids: Collection[str]) -> dict[str, set[str]]:
        """Who served orders, by order."""
        found = select(Server).where(col(Server.order_id).in_(order_ids))
        servers: dict[str, set[str]] = {order_id: set() for order_id in order_ids}
        for one in await self._session.scalars(found):
            servers[one.order_id].add(one.subject)
        return servers

    async def extensions(self, order_ids: Collection[str]) -> dict[tuple[str, str], Extension]:
        """More time that was asked for, by order and extension."""
        found = select(Extension).where(col(Extension.order_id).in_(order_ids))
        return {(one.order_id, one.extension_id): one for one in await self._session.scalars(found)}

    async def door_keys(self, keys: Collection[str]) -> dict[str, DoorKey]:
        """Idempotency keys that were used already."""
        found = select(DoorKey).where(col(DoorKey.key).in_(keys))
        return {door_key.key: door_key for door_key in await self._session.scalars(found)}

    async def external_ids(self, ids: Collection[str]) -> Mapping[str, str]:
        """Imported ids that are recorded already, with the order each became."""
        found = select(ExternalId).where(col(ExternalId.external_id).in_(ids))
        return {row.external_id: row.order_id for row in await self._session.scalars(found)}

    async def content_orders(self, phone_prints: Collection[str]) -> dict[tuple[str, str], list[str]]:
        """Orders that ended fixed and were rated well or not at all, by phone print and service, the newest first."""
        nth = func.row_number().over(
            partition_by=col(OrderContact.phone_print), order_by=col(OrderContact.order_id).desc()
        )
        last = (
            select(col(OrderContact.phone_print), col(OrderContact.order_id), nth.label("nth"))
            .where(col(OrderContact.phone_print).in_(phone_prints))
            .subquery()
        )
        review = and_(col(OrderReview.order_id) == Order.order_id, col(OrderReview.round) == Order.round)
        found = (
            select(last.c.phone_print, col(Order.service), col(Order.order_id))
            .join(Order, col(Order.order_id) == last.c.order_id)
            .outerjoin(OrderReview, review)
            .where(last.c.nth <= _LOOKED_THROUGH)
            .where(col(Order.state) == OrderState.CLOSED.value, col(Order.outcome) == Outcome.FIXED.value)
            .where(or_(col(OrderReview.rating).is_(None), col(OrderReview.rating) >= CONTENT_RATING))
            .order_by(col(Order.order_id).desc())
        )
        orders: dict[tuple[str, str], list[str]] = {}
        for phone_print, service, order_id in await self._session.execute(found):
            orders.setdefault((phone_print, service), []).append(order_id)
        return orders

    async def orders_lately(self, phone_prints: Collection[str], since: datetime) -> dict[str, int]:
        """How many orders each phone has placed after ``since``, by its print; phones without one are left out."""
        found = (
            select(col(OrderContact.phone_print), func.count())
            .join(Order, col(Order.order_id) == col(OrderContact.order_id))
            .where(col(OrderContact.phone_print).in_(phone_prints), col(Order.placed_at) > since)
            .group_by(col(OrderContact.phone_print))
        )
        return {phone_print: count for phone_print, count in await self._session.execute(found) if phone_print}

    async def sightings(self, prints: Collection[str], since: datetime) -> dict[str, int]:
        """How often each of these was seen after ``since``; what was not is left out."""
        found = select(col(Sighting.print), func.count()).where(col(Sighting.print).in_(prints))
        found = found.where(col(Sighting.seen_at) > since).group_by(col(Sighting.print))
        return {seen: count for seen, count in await self._session.execute(found) if count}

    async def forget_sightings(self, until: datetime) -> None:
        """Forget what is counted no more."""
        await self._session.execute(delete(Sighting).where(col(Sighting.seen_at) <= until))

    async def misses_of(self, prints: Collection[str]) -> dict[str, Misses]:
        """How often these addresses missed, locked for change where the database has row locks."""
        found = select(Misses).where(col(Misses.address_print).in_(prints)).with_for_update()
        return {one.address_print: one for one in await self._session.scalars(found)}

    async def forgive_misses(self, until: datetime) -> None:
        """Forget who has not missed since."""
        await self._session.execute(delete(Misses).where(col(Misses.last_at) <= until))

    async def correction(self, order_id: str) -> Correction | None:
        """Which service a coordinator said the words of an order asked for; whoever changes it has locked the order."""
        return await self._session.get(Correction, order_id)

    async def forget_correction(self, order_id: str) -> None:
        """Forget that the words of an order were said to ask for another service."""
        await self._session.execute(delete(Correction).where(col(Correction.order_id) == order_id))

    async def taught_runs(self, prints: Collection[str], service: str, by: str) -> dict[str, TaughtRun]:
        """What one coordinator has taught of these runs for a service, locked for change where there are row locks."""
        mine = select(TaughtRun).where(col(TaughtRun.service) == service, col(TaughtRun.by) == by).with_for_update()
        found = mine.where(col(TaughtRun.run_print).in_(prints)).order_by(col(TaughtRun.run_print))
        return {one.run_print: one for one in await self._session.scalars(found)}

    async def forget_lessons(self, until: datetime) -> None:
        """Forget what was taken back, and what nobody has taught since."""
        over = or_(col(TaughtRun.taught_at) <= until, col(TaughtRun.count) <= 0)
        await self._session.execute(delete(TaughtRun).where(over))

    async def contact(self, order_id: str) -> OrderContact | None:
        """The sealed contact of an order."""
        return await self._session.get(OrderContact, order_id)

    async def assignments_of(self, order_ids: Collection[str]) -> dict[str, list[Assignment]]:
        """Who serves or served orders, by order."""
        found = select(Assignment).where(col(Assignment.order_id).in_(order_ids))
        assignments: dict[str, list[Assignment]] = {order_id: [] for order_id in order_ids}
        for one in await self._session.scalars(found):
            assignments[one.order_id].append(one)
        return assignments

    async def incidents_of(self, order_id: str) -> list[Incident]:
        """What residents said of dangers in an order."""
        return list(await self._session.scalars(select(Incident).where(col(Incident.order_id) == order_id)))

    async def reviews_of(self, order_id: str) -> list[OrderReview]:
        """The verdicts of who ordered."""
        return list(await self._session.scalars(select(OrderReview).where(col(OrderReview.order_id) == order_id)))

    async def closings_of(self, order_id: str) -> list[Closing]:
        """Every closing that was proposed of an order."""
        return list(await self._session.scalars(select(Closing).where(col(Closing.order_id) == order_id)))

    async def erasures(self, subjects: Collection[str]) -> set[str]:
        """Which of these people were erased already."""
        found = select(col(Erasure.subject)).where(col(Erasure.subject).in_(subjects))
        return set(await self._session.scalars(found))

    async def forget_contact(self, contact: OrderContact) -> None:
        """Have a contact deleted with this unit."""
        await self._session.delete(contact)

    def add(self, *rows: IntakeTable) -> None:
        """Have rows inserted with this unit."""
        self._session.add_all(rows)

    async def add_in_order(self, *generations: Sequence[IntakeTable]) -> None:
        """Insert rows, those that others refer to first."""
        for rows in generations:
            self._session.add_all(rows)
            await self._session.flush()


Unit = UnitOfWork[Repository]
"""A unit of work of intake."""
