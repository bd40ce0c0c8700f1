"""The arbiter of places: whatever this process believed, the database decides who has what."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from services.matcher.models import Assignment, Offer, Volunteer
from services.matcher.models.assignments import ACTIVE_ROWS
from services.matcher.models.offers import ASKING_ROWS
from services.matcher.policies.acceptance import (
    CapacityReached,
    OfferGone,
    OfferState,
    PlaceTaken,
    WindowTaken,
)
from services.matcher.policies.windows import Span
from services.matcher.repository.loads import CARRIED, THERE, LoadRepository


class PlaceRepository(LoadRepository):
    """The part of the repository that gives and takes places."""

    async def take_place(self, assignment: Assignment, offer: Offer | None, now: datetime) -> None:
        """Give a volunteer a place of a leg, or leave everything as it was.

        The database decides, whatever this process believed: the place by its unique index, the offer and the
        capacity by conditional updates. Raises ``CapacityReached``, ``WindowTaken``, ``OfferGone``, ``PlaceTaken``.
        """
        try:
            async with self._session.begin_nested():
                held = await self._hold(assignment)
                if offer is not None:
                    await self._answer(offer, now)
                self._session.add(assignment)
        except IntegrityError as error:
            raise PlaceTaken from error
        self._learn([held])

    async def _hold(self, assignment: Assignment) -> Any:
        held = (
            update(Volunteer)
            .where(col(Volunteer.volunteer_id) == assignment.volunteer_id, THERE)
            .where(col(Volunteer.held) + 1 <= col(Volunteer.capacity))
            .values(held=col(Volunteer.held) + 1)
            .returning(*CARRIED)
            .execution_options(synchronize_session=False)
        )
        row = (await self._session.execute(held)).one_or_none()
        if row is None:
            raise CapacityReached
        # The update locked the volunteer's row, so this look sees whatever was committed before.
        if await self._is_taken(assignment.volunteer_id, assignment.span, ()):
            raise WindowTaken
        return row

    async def _answer(self, offer: Offer, now: datetime) -> None:
        answered = (
            update(Offer)
            .where(col(Offer.offer_id) == offer.offer_id, ASKING_ROWS.of(col(Offer.state)))
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
            .where(col(Assignment.volunteer_id) == volunteer_id, ACTIVE_ROWS.of(col(Assignment.state)))
            .where(col(Assignment.window_from) < span.end, col(Assignment.window_to) > span.start)
            .where(col(Assignment.assignment_id).not_in(besides))
            .limit(1)
        )
        return await self._session.scalar(taken) is not None
