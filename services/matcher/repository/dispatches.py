"""Dispatches, legs, offers and assignments: loaded whole and locked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import (
    Assignment,
    CallUp,
    Dispatch,
    Exclusion,
    Extension,
    Leg,
    MatcherTable,
    Offer,
    Referral,
    Volunteer,
    WholeDispatch,
)
from services.matcher.models import Unit as UnitRow
from services.matcher.models.states import UNPAIRED_ROWS
from services.matcher.policies.acceptance import AssignmentState, LegState

_UNPAIRED = select(col(Dispatch.order_id)).where(UNPAIRED_ROWS.of(col(Dispatch.state)))
"""Orders that wait for people: looked up first, so that nobody goes through all legs for them."""


class DispatchRepository:
    """The part of the repository that knows dispatches."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

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
        call_ups = select(CallUp).where(col(CallUp.order_id).in_(wholes)).order_by(col(CallUp.call_up_id))
        for call_up in await self._session.scalars(call_ups):
            wholes[call_up.order_id].call_ups.append(call_up)
        referrals = select(Referral).where(col(Referral.order_id).in_(wholes)).order_by(col(Referral.referral_id))
        for referral in await self._session.scalars(referrals):
            wholes[referral.order_id].referrals.append(referral)
        extensions = select(Extension).where(col(Extension.order_id).in_(wholes)).order_by(col(Extension.extension_id))
        for extension in await self._session.scalars(extensions):
            wholes[extension.order_id].extensions.append(extension)
        excluded = select(col(Exclusion.order_id), col(Exclusion.volunteer_id))
        excluded = excluded.where(col(Exclusion.order_id).in_(wholes))
        for order_id, volunteer_id in await self._session.execute(excluded):
            wholes[order_id].excluded.add(volunteer_id)
        held = select(Assignment).where(col(Assignment.order_id).in_(wholes)).order_by(col(Assignment.assignment_id))
        for assignment in await self._session.scalars(held):
            wholes[assignment.order_id].assignments.append(assignment)

    async def unpaired(self, skills: Collection[str], most: int) -> list[WholeDispatch]:
        """Whole dispatches that wait for people of these skills, what is due first on top; not locked: to be shown."""
        found = (
            select(Dispatch)
            .join(Leg, col(Leg.order_id) == col(Dispatch.order_id))
            .where(col(Leg.order_id).in_(_UNPAIRED), col(Dispatch.parties_known))
            .where(col(Leg.state) == LegState.OPEN.value, col(Leg.post).in_(skills))
            .order_by(col(Dispatch.due_at), col(Dispatch.order_id))
            .limit(most)
        )
        wholes = {one.order_id: WholeDispatch(one) for one in await self._session.scalars(found)}
        if wholes:
            await self._complete(wholes)
        return list(wholes.values())

    async def by_offer(self, offer_ids: Collection[str]) -> dict[str, WholeDispatch]:
        """Whole dispatches by the id of one of their offers, locked."""
        return await self._by(col(Offer.offer_id), col(Offer.order_id), offer_ids)

    async def by_assignment(self, assignment_ids: Collection[str]) -> dict[str, WholeDispatch]:
        """Whole dispatches by the id of one of their assignments, locked."""
        return await self._by(col(Assignment.assignment_id), col(Assignment.order_id), assignment_ids)

    async def by_leg(self, leg_ids: Collection[str]) -> dict[str, WholeDispatch]:
        """Whole dispatches by the id of one of their legs, locked."""
        return await self._by(col(Leg.leg_id), col(Leg.order_id), leg_ids)

    async def by_referral(self, referral_ids: Collection[str]) -> dict[str, WholeDispatch]:
        """Whole dispatches by the id of one of their referrals, locked."""
        return await self._by(col(Referral.referral_id), col(Referral.order_id), referral_ids)

    async def by_call_up(self, call_up_ids: Collection[str]) -> dict[str, WholeDispatch]:
        """Whole dispatches by the id of one of their call-ups, locked."""
        return await self._by(col(CallUp.call_up_id), col(CallUp.order_id), call_up_ids)

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

    async def servers_of(self, order_ids: Collection[str]) -> dict[str, list[str]]:
        """Who served these orders, by order."""
        found: dict[str, list[str]] = {}
        if order_ids:
            served = select(col(Assignment.order_id), col(Assignment.volunteer_id))
            served = served.where(col(Assignment.order_id).in_(order_ids))
            served = served.where(col(Assignment.state) == AssignmentState.COMPLETED.value)
            for order_id, volunteer_id in await self._session.execute(served.order_by(col(Assignment.assignment_id))):
                found.setdefault(order_id, []).append(volunteer_id)
        return found

    async def competing(self) -> Counter[tuple[str | None, str | None]]:
        """How many legs wait for people, by community and post."""
        waiting = (
            select(col(Dispatch.community), col(Leg.post), func.count())
            .join(Leg, col(Leg.order_id) == col(Dispatch.order_id))
            .where(col(Leg.order_id).in_(_UNPAIRED), col(Leg.state) == LegState.OPEN.value)
            .group_by(col(Dispatch.community), col(Leg.post))
        )
        return Counter({(community, post): count for community, post, count in await self._session.execute(waiting)})

    async def exclude(self, exclusion: Exclusion) -> bool:
        """Keep a volunteer away from an order; False when that was done before."""
        key = (exclusion.order_id, exclusion.volunteer_id)
        if await self._session.get(Exclusion, key) is not None:
            return False
        self._session.add(exclusion)
        return True

    async def secretaries_near(self, areas: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Units paired with one of these areas, and their secretaries; those of the first area first. Hidden employers
        are left out: whoever came would be known to work there.
        """
        paired = select(col(UnitRow.unit_id), col(UnitRow.secretary_id), col(UnitRow.paired_with))
        paired = paired.where(col(UnitRow.paired_with).in_(areas), col(UnitRow.secretary_id).is_not(None))
        paired = paired.where(col(UnitRow.hidden).is_(False))
        found = sorted(
            (areas.index(area or ""), unit, who or "") for unit, who, area in await self._session.execute(paired)
        )
        return [(unit, who) for _, unit, who in found]

    async def secretary_of(self, unit_id: str) -> str | None:
        """Who may call up the members of a unit."""
        found: str | None = await self._session.scalar(
            select(col(UnitRow.secretary_id)).where(col(UnitRow.unit_id) == unit_id)
        )
        return found

    async def is_unit(self, unit_id: str) -> bool:
        """Whether there is a unit of this id that may be called up: a hidden employer is none."""
        found = select(col(UnitRow.unit_id)).where(col(UnitRow.unit_id) == unit_id, col(UnitRow.hidden).is_(False))
        return await self._session.scalar(found) is not None

    async def is_volunteer(self, volunteer_id: str) -> bool:
        """Whether the roster has somebody of this id."""
        found = select(col(Volunteer.volunteer_id)).where(col(Volunteer.volunteer_id) == volunteer_id)
        return await self._session.scalar(found) is not None
