"""Matcher's read models: what a volunteer was asked and has, what is on a desk, what falls due."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, case, select, tuple_
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import (
    Assignment,
    Claim,
    Dispatch,
    Leg,
    Offer,
    Session,
    Volunteer,
    WholeDispatch,
)
from services.matcher.policies.acceptance import ACTIVE, OfferState
from services.matcher.policies.lifecycle import CLOCKED
from services.matcher.queries.showing import Views
from services.matcher.queries.views import AssignmentView, DecidedView, DeskRowView, MeView, OfferView
from shared.community.definition import Community
from shared.contracts.refusal import NotFound, Unavailable
from shared.contracts.words import Role
from shared.identity.sessions import hash_of
from shared.identity.tokens import Caller
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

_CLOCKED = tuple(state.value for state in CLOCKED)
_ACTIVE = tuple(state.value for state in ACTIVE)


class Queries:
    """Reads matcher's database. Raises ``Unavailable`` while it cannot answer."""

    def __init__(self, database: Database, rules: Community, vault: Vault) -> None:
        self._database = database
        self._rules = rules
        self._views = Views(rules, vault)

    async def offers(self, volunteer_id: str, now: datetime, limit: int, after: str = "") -> list[OfferView]:
        """A volunteer's open offers that have not expired, the oldest first, after an offer's id."""
        found = (
            select(Offer, Leg, Dispatch)
            .join(Leg, col(Leg.leg_id) == col(Offer.leg_id))
            .join(Dispatch, col(Dispatch.order_id) == col(Offer.order_id))
            .where(col(Offer.volunteer_id) == volunteer_id, col(Offer.state) == OfferState.OPEN.value)
            .where(col(Offer.expires_at) > now, col(Offer.offer_id) > after)
            .order_by(col(Offer.offer_id))
            .limit(limit)
        )
        return [self._views.offer(*row) for row in await self._all(found)]

    async def assignments(
        self, volunteer_id: str, limit: int, after: tuple[int, str] | None = None
    ) -> list[AssignmentView]:
        """A volunteer's assignments, the active ones first, then the newest; after ``(ended, assignment_id)``."""
        ended = case((col(Assignment.state).in_(_ACTIVE), 0), else_=1)
        found = (
            self._assignments()
            .where(col(Assignment.volunteer_id) == volunteer_id)
            .order_by(ended, col(Assignment.assignment_id).desc())
            .limit(limit)
        )
        if after is not None:
            older = (ended == after[0]) & (col(Assignment.assignment_id) < after[1])
            found = found.where((ended > after[0]) | older)
        return [self._views.assignment(*row) for row in await self._all(found)]

    async def assignment(self, assignment_id: str) -> AssignmentView:
        """One assignment. Raises ``NotFound``."""
        found = self._assignments().where(col(Assignment.assignment_id) == assignment_id)
        rows = await self._all(found)
        if not rows:
            raise NotFound
        return self._views.assignment(*rows[0])

    async def me(self, volunteer_id: str) -> MeView:
        """A volunteer's own card. Raises ``NotFound`` for somebody who is not on the roster."""
        claims = select(Claim).where(col(Claim.volunteer_id) == volunteer_id).order_by(col(Claim.post_id))
        async with self._looking() as session:
            volunteer = await session.get(Volunteer, volunteer_id)
            if volunteer is None:
                raise NotFound
            return self._views.me(volunteer, list(await session.scalars(claims)))

    async def desk(
        self, area: str, now: datetime, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[DeskRowView]:
        """What coordinators hold at or below an area, what is due first on top; after ``(due_at, order_id)``."""
        desks = [code for code in self._rules.areas.below(area) if code in self._rules.ladder.by_area]
        found = (
            select(Dispatch)
            .where(col(Dispatch.holder_role) == Role.COORDINATOR.value)
            .where(col(Dispatch.holder_area).in_(desks))
            .order_by(col(Dispatch.due_at), col(Dispatch.order_id))
            .limit(limit)
        )
        if after is not None:
            found = found.where(tuple_(col(Dispatch.due_at), col(Dispatch.order_id)) > after)
        async with self._looking() as session:
            wholes = {one.order_id: WholeDispatch(one) for one in await session.scalars(found)}
            await _add_legs(session, wholes)
        return [self._views.desk_row(whole, now) for whole in wholes.values()]

    async def desk_row(self, leg_id: str, area: str, now: datetime) -> DeskRowView:
        """The row of one leg on a desk at or below an area. Raises ``NotFound`` for a leg that lies elsewhere."""
        desks = [code for code in self._rules.areas.below(area) if code in self._rules.ladder.by_area]
        found = (
            select(Dispatch)
            .join(Leg, col(Leg.order_id) == col(Dispatch.order_id))
            .where(col(Leg.leg_id) == leg_id, col(Dispatch.holder_role) == Role.COORDINATOR.value)
            .where(col(Dispatch.holder_area).in_(desks))
        )
        async with self._looking() as session:
            dispatch = await session.scalar(found)
            if dispatch is None:
                raise NotFound
            whole = WholeDispatch(dispatch)
            await _add_legs(session, {dispatch.order_id: whole})
        return self._views.desk_row(whole, now)

    async def decided(self, order_id: str, assignment_id: str | None = None) -> DecidedView:
        """Who holds an order now."""
        async with self._looking() as session:
            return self._views.decided(await session.get_one(Dispatch, order_id), assignment_id)

    async def caller_of(self, session_token: str) -> Caller | None:
        """Whom a browser's session speaks for."""
        async with self._looking() as session:
            row = await session.get(Session, hash_of(session_token))
        return row.caller(datetime.now(UTC)) if row else None

    async def due_dispatches(self, now: datetime, most: int) -> Sequence[str]:
        """Orders whose due time has passed while matcher's clocks run, the oldest first."""
        due = (
            select(col(Dispatch.order_id))
            .where(col(Dispatch.state).in_(_CLOCKED), col(Dispatch.due_at) <= now)
            .order_by(col(Dispatch.due_at))
            .limit(most)
        )
        return [order_id for (order_id,) in await self._all(due)]

    async def expired_offers(self, now: datetime, most: int) -> Sequence[str]:
        """Open offers whose time is over, the oldest first."""
        expired = (
            select(col(Offer.offer_id))
            .where(col(Offer.state) == OfferState.OPEN.value, col(Offer.expires_at) <= now)
            .order_by(col(Offer.expires_at))
            .limit(most)
        )
        return [offer_id for (offer_id,) in await self._all(expired)]

    async def next_due(self) -> datetime | None:
        """When the next clock runs out."""
        due = select(col(Dispatch.due_at)).where(col(Dispatch.state).in_(_CLOCKED))
        expiry = select(col(Offer.expires_at)).where(col(Offer.state) == OfferState.OPEN.value)
        async with self._looking() as session:
            ends = [
                await session.scalar(due.order_by(col(Dispatch.due_at)).limit(1)),
                await session.scalar(expiry.order_by(col(Offer.expires_at)).limit(1)),
            ]
        return min((end for end in ends if end is not None), default=None)

    def _assignments(self) -> Select[Assignment, Leg, Dispatch]:
        return (
            select(Assignment, Leg, Dispatch)
            .join(Leg, col(Leg.leg_id) == col(Assignment.leg_id))
            .join(Dispatch, col(Dispatch.order_id) == col(Assignment.order_id))
        )

    async def _all(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        async with self._looking() as session:
            return (await session.execute(statement)).all()

    @asynccontextmanager
    async def _looking(self) -> AsyncIterator[AsyncSession]:
        try:
            async with self._database.reading() as session:
                yield session
        except (OperationalError, InterfaceError, OSError) as error:
            raise Unavailable from error


async def _add_legs(session: AsyncSession, wholes: dict[str, WholeDispatch]) -> None:
    ids: Collection[str] = wholes.keys()
    legs = select(Leg).where(col(Leg.order_id).in_(ids)).order_by(col(Leg.round), col(Leg.position))
    for leg in await session.scalars(legs):
        wholes[leg.order_id].legs.append(leg)
    active = select(Assignment).where(col(Assignment.order_id).in_(ids), col(Assignment.state).in_(_ACTIVE))
    for assignment in await session.scalars(active):
        wholes[assignment.order_id].assignments.append(assignment)
