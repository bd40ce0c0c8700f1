"""Dispatches, legs, offers and assignments: loaded whole and locked, and the arbiter of places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import Assignment, Dispatch, Leg, MatcherTable, Offer, Volunteer, WholeDispatch
from services.matcher.policies.acceptance import (
    ACTIVE,
    CapacityReached,
    OfferGone,
    OfferState,
    PlaceTaken,
    WindowTaken,
)
from services.matcher.policies.eligibility import Load
from services.matcher.policies.windows import Span

OPEN = OfferState.OPEN.value
ACTIVE_STATES = tuple(state.value for state in ACTIVE)


class DispatchRepository:
    """The part of the repository that knows dispatches."""

    _session: AsyncSession

    async def dispatches(self, order_ids: Collection[str]) -> dict[str, WholeDispatch]:
        """Whole dispatches by order, locked for change where the database has row locks; absent ones left out."""
        if not order_ids:
            return {}
        found = (
            select(Dispatch)
            .where(col(Dispatch.order_id).in_(order_ids))
            .order_by(col(Dispatch.order_id))
            .with_for_update()
        )
        wholes = {one.order_id: WholeDispatch(one) for one in await self._session.scalars(found)}
        if wholes:
            await self._complete(wholes)
        return wholes

    async def _complete(self, wholes: Mapping[str, WholeDispatch]) -> None:
        legs = select(Leg).where(col(Leg.order_id).in_(wholes)).order_by(col(Leg.round), col(Leg.position))
        for leg in await self._session.scalars(legs):
            wholes[leg.order_id].legs.append(leg)
        offers = select(Offer).where(col(Offer.order_id).in_(wholes)).order_by(col(Offer.offer_id))
        for offer in await self._session.scalars(offers):
            wholes[offer.order_id].offers.append(offer)
        held = select(Assignment).where(col(Assignment.order_id).in_(wholes)).order_by(col(Assignment.assignment_id))
        for assignment in await self._session.scalars(held):
            wholes[assignment.order_id].assignments.append(assignment)

    async def by_offer(self, offer_ids: Collection[str]) -> dict[str, WholeDispatch]:
        """Whole dispatches by the id of one of their offers, locked."""
        return await self._by(col(Offer.offer_id), col(Offer.order_id), offer_ids)

    async def by_assignment(self, assignment_ids: Collection[str]) -> dict[str, WholeDispatch]:
        """Whole dispatches by the id of one of their assignments, locked."""
        return await self._by(col(Assignment.assignment_id), col(Assignment.order_id), assignment_ids)

    async def by_leg(self, leg_ids: Collection[str]) -> dict[str, WholeDispatch]:
        """Whole dispatches by the id of one of their legs, locked."""
        return await self._by(col(Leg.leg_id), col(Leg.order_id), leg_ids)

    async def _by(self, key: Any, order_id: Any, ids: Collection[str]) -> dict[str, WholeDispatch]:
        # Only the ids are read before the lock is taken: a row read earlier could be out of date by then.
        found: dict[str, str] = dict((await self._session.execute(select(key, order_id).where(key.in_(ids)))).all())
        wholes = await self.dispatches(set(found.values()))
        return {one: wholes[order] for one, order in found.items()}

    async def add_in_order(self, *generations: Sequence[MatcherTable]) -> None:
        """Insert rows, those that others refer to first."""
        for rows in generations:
            if rows:
                self._session.add_all(rows)
                await self._session.flush()

    async def loads(self, volunteer_ids: Collection[str] | None = None) -> dict[str, Load]:
        """What these volunteers (all of them, without ids) carry now: three queries, whatever the number of orders."""
        rows = select(
            col(Volunteer.volunteer_id),
            col(Volunteer.capacity),
            col(Volunteer.held),
            col(Volunteer.served_minutes),
            col(Volunteer.asked_at),
            col(Volunteer.on_duty),
        )
        asked = (
            select(col(Offer.volunteer_id), col(Dispatch.window_from), col(Dispatch.window_to))
            .join(Dispatch, col(Dispatch.order_id) == col(Offer.order_id))
            .where(col(Offer.state) == OPEN)
        )
        busy = select(col(Assignment.volunteer_id), col(Assignment.window_from), col(Assignment.window_to)).where(
            col(Assignment.state).in_(ACTIVE_STATES), col(Assignment.window_from).is_not(None)
        )
        if volunteer_ids is not None:
            rows = rows.where(col(Volunteer.volunteer_id).in_(volunteer_ids))
            asked = asked.where(col(Offer.volunteer_id).in_(volunteer_ids))
            busy = busy.where(col(Assignment.volunteer_id).in_(volunteer_ids))
        loads = {
            volunteer_id: Load(capacity, held, 0, served_minutes, asked_at, on_duty)
            for volunteer_id, capacity, held, served_minutes, asked_at, on_duty in await self._session.execute(rows)
        }
        for volunteer_id, start, end in await self._session.execute(asked):
            loads[volunteer_id].ask(_span(start, end))
        for volunteer_id, start, end in await self._session.execute(busy):
            if (span := _span(start, end)) is not None:
                loads[volunteer_id].busy.append(span)
        return loads

    async def note_asked(self, volunteer_ids: Collection[str], now: datetime) -> None:
        """Remember when these volunteers were last asked."""
        if volunteer_ids:
            await self._session.execute(
                update(Volunteer)
                .where(col(Volunteer.volunteer_id).in_(volunteer_ids))
                .values(asked_at=now)
                .execution_options(synchronize_session=False)
            )

    async def take_place(self, assignment: Assignment, offer: Offer | None, now: datetime) -> None:
        """Give a volunteer a place of a leg, or leave everything as it was.

        The database decides, whatever this process believed: the place by its unique index, the offer and the
        capacity by conditional updates. Raises ``CapacityReached``, ``WindowTaken``, ``OfferGone``, ``PlaceTaken``.
        """
        try:
            async with self._session.begin_nested():
                await self._hold(assignment)
                if offer is not None:
                    await self._answer(offer, now)
                self._session.add(assignment)
        except IntegrityError as error:
            raise PlaceTaken from error

    async def _hold(self, assignment: Assignment) -> None:
        held = (
            update(Volunteer)
            .where(col(Volunteer.volunteer_id) == assignment.volunteer_id)
            .where(col(Volunteer.held) + 1 <= col(Volunteer.capacity))
            .values(held=col(Volunteer.held) + 1)
            .returning(col(Volunteer.volunteer_id))
            .execution_options(synchronize_session=False)
        )
        if await self._session.scalar(held) is None:
            raise CapacityReached
        # The update locked the volunteer's row, so this look sees whatever was committed before.
        if await self._is_taken(assignment.volunteer_id, assignment.span, ()):
            raise WindowTaken

    async def _answer(self, offer: Offer, now: datetime) -> None:
        answered = (
            update(Offer)
            .where(col(Offer.offer_id) == offer.offer_id, col(Offer.state) == OPEN)
            .where(col(Offer.expires_at) > now)
            .values(state=OfferState.ACCEPTED.value, answered_at=now)
            .returning(col(Offer.offer_id))
            .execution_options(synchronize_session=False)
        )
        if await self._session.scalar(answered) is None:
            raise OfferGone

    async def check_can_hold(self, volunteer_id: str, span: Span | None, besides: Collection[str]) -> None:
        """Lock a volunteer and see that one more assignment fits, once those in ``besides`` have been released.

        Raises ``CapacityReached`` or ``WindowTaken``.
        """
        load = select(col(Volunteer.held), col(Volunteer.capacity))
        load = load.where(col(Volunteer.volunteer_id) == volunteer_id).with_for_update()
        held, capacity = (await self._session.execute(load)).one()
        own = select(col(Assignment.assignment_id)).where(
            col(Assignment.assignment_id).in_(besides), col(Assignment.volunteer_id) == volunteer_id
        )
        if held - len((await self._session.scalars(own)).all()) >= capacity:
            raise CapacityReached
        if await self._is_taken(volunteer_id, span, besides):
            raise WindowTaken

    async def _is_taken(self, volunteer_id: str, span: Span | None, besides: Collection[str]) -> bool:
        if span is None:
            return False
        taken = (
            select(col(Assignment.assignment_id))
            .where(col(Assignment.volunteer_id) == volunteer_id, col(Assignment.state).in_(ACTIVE_STATES))
            .where(col(Assignment.window_from) < span.end, col(Assignment.window_to) > span.start)
            .where(col(Assignment.assignment_id).not_in(besides))
            .limit(1)
        )
        return await self._session.scalar(taken) is not None

    async def give_back(self, assignments: Sequence[Assignment]) -> None:
        """These volunteers no longer hold these assignments; minutes served are credited."""
        minutes: Counter[str] = Counter()
        for assignment in assignments:
            minutes[assignment.volunteer_id] += assignment.minutes or 0
        ended = Counter(assignment.volunteer_id for assignment in assignments)
        for volunteer_id, count in sorted(ended.items()):
            await self._session.execute(
                update(Volunteer)
                .where(col(Volunteer.volunteer_id) == volunteer_id)
                .values(
                    held=col(Volunteer.held) - count,
                    served_minutes=col(Volunteer.served_minutes) + minutes[volunteer_id],
                )
                .execution_options(synchronize_session=False)
            )


def _span(start: datetime | None, end: datetime | None) -> Span | None:
    return Span(start, end) if start is not None and end is not None else None
