"""What volunteers who go still have."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, union
from sqlmodel import col

from services.matcher.models import Assignment, CallUp, Offer, WholeDispatch
from services.matcher.models.assignments import ACTIVE_ROWS
from services.matcher.models.offers import ASKING_ROWS, OPEN_ROWS
from services.matcher.policies.acceptance import OfferState
from services.matcher.repository.dispatches import DispatchRepository

WAITING_STATES = (*ASKING_ROWS.values, OfferState.STANDBY.value)
"""Offers that may still become an assignment, sooner or later."""


class DepartureRepository(DispatchRepository):
    """The part of the repository that knows what somebody has or was asked."""

    async def with_people(self, volunteer_ids: Collection[str]) -> dict[str, WholeDispatch]:
        """Whole dispatches by order that these volunteers serve, were asked about, stand by for, or may name a member
        for; locked.
        """
        has = select(col(Assignment.order_id)).where(
            col(Assignment.volunteer_id).in_(volunteer_ids), ACTIVE_ROWS.of(col(Assignment.state))
        )
        asked = select(col(Offer.order_id)).where(
            col(Offer.volunteer_id).in_(volunteer_ids), col(Offer.state).in_(WAITING_STATES)
        )
        called = select(col(CallUp.order_id)).where(
            col(CallUp.secretary_id).in_(volunteer_ids), OPEN_ROWS.of(col(CallUp.state))
        )
        return await self.dispatches(set(await self._session.scalars(union(has, asked, called))))
