"""Matcher's read models: what a volunteer was asked and has, what is on a desk, what falls due."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, case, exists, false, func, not_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.matcher.models import (
    Assignment,
    Dispatch,
    Extension,
    Incident,
    Leg,
    Offer,
    WholeDispatch,
)
from services.matcher.models.assignments import ACTIVE_ROWS
from services.matcher.models.incidents import UNANSWERED
from services.matcher.models.offers import OPEN_ROWS
from services.matcher.models.states import DESK_ROWS
from services.matcher.policies.acceptance import LegState, OfferState
from services.matcher.policies.lifecycle import CLOCKED
from services.matcher.queries.looking import Looking
from services.matcher.queries.showing import Views
from services.matcher.queries.views import AssignmentView, DecidedView, DeskRowView, OfferView
from shared.community.definition import Community
from shared.contracts.refusal import NotFound
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

_YESES = (OfferState.DRAWING.value, OfferState.STANDBY.value)
_RUNNING = tuple(state.value for state in CLOCKED)
_DANGER = exists().where(col(Incident.order_id) == col(Dispatch.order_id), UNANSWERED)
"""Orders of which a danger was reported that nobody has seen to."""


class ServingQueries(Looking):
    """What volunteers were asked and have, and what is on a desk."""

    def __init__(self, database: Database, rules: Community, vault: Vault) -> None:
        super().__init__(database)
        self._rules = rules
        self._views = Views(rules, vault)

    async def offers(self, volunteer_id: str, now: datetime, limit: int, after: str = "") -> list[OfferView]:
        """A volunteer's open offers that have not expired, the oldest first, after an offer's id."""
        found = (
            select(Offer, Leg, Dispatch)
            .join(Leg, col(Leg.leg_id) == col(Offer.leg_id))
            .join(Dispatch, col(Dispatch.order_id) == col(Offer.order_id))
            .where(col(Offer.volunteer_id) == volunteer_id, OPEN_ROWS.of(col(Offer.state)))
            .where(col(Offer.expires_at) > now, col(Offer.offer_id) > after)
            .order_by(col(Offer.offer_id))
            .limit(limit)
        )
        return [self._views.offer(*row) for row in await self._all(found)]

    async def yeses(self, volunteer_id: str) -> list[OfferView]:
        """A volunteer's yeses that wait for a draw, and those on standby while the order runs; the oldest first."""
        found = (
            select(Offer, Leg, Dispatch)
            .join(Leg, col(Leg.leg_id) == col(Offer.leg_id))
            .join(Dispatch, col(Dispatch.order_id) == col(Offer.order_id))
            .where(col(Offer.volunteer_id) == volunteer_id, col(Offer.state).in_(_YESES))
            .where(col(Leg.state) == LegState.OPEN.value, col(Dispatch.state).in_(_RUNNING))
            .order_by(col(Offer.offer_id))
        )
        return [self._views.offer(*row) for row in await self._all(found)]

    async def assignments(
        self, volunteer_id: str, limit: int, after: tuple[int, str] | None = None
    ) -> list[AssignmentView]:
        """A volunteer's assignments, the active ones first, then the newest; after ``(ended, assignment_id)``."""
        identity, active = col(Assignment.assignment_id), ACTIVE_ROWS.of(col(Assignment.state))
        theirs = self._assignments().where(col(Assignment.volunteer_id) == volunteer_id)

        def part(ended: int) -> Select[Assignment, Leg, Dispatch]:
            rows = theirs.where(not_(active) if ended else active).order_by(identity.desc()).limit(limit)
            if after is None or after[0] < ended:
                return rows
            return rows.where(identity < after[1]) if after[0] == ended else rows.where(false())

        async with self._looking() as session:  # two looks, each along an index, at one moment
            found = [row for ended in (0, 1) for row in await session.execute(part(ended))]
        return [self._views.assignment(*row) for row in found[:limit]]

    async def live_order(self, assignment_id: str, volunteer_id: str) -> str | None:
        """The order of a volunteer's own assignment that still runs."""
        found = select(col(Assignment.order_id)).where(col(Assignment.assignment_id) == assignment_id)
        found = found.where(col(Assignment.volunteer_id) == volunteer_id, ACTIVE_ROWS.of(col(Assignment.state)))
        async with self._looking() as session:
            order_id: str | None = await session.scalar(found)
            return order_id

    async def assignment(self, assignment_id: str) -> AssignmentView:
        """One assignment. Raises ``NotFound``."""
        found = self._assignments().where(col(Assignment.assignment_id) == assignment_id)
        rows = await self._all(found)
        if not rows:
            raise NotFound
        return self._views.assignment(*rows[0])

    async def desk(
        self, areas: Sequence[str], now: datetime, limit: int, after: tuple[int, datetime, str] | None = None
    ) -> list[DeskRowView]:
        """What coordinators hold at or below these areas, dangers on top, then what is overdue, then what is due first;
        after a row's ``place``.
        """
        place = (
            case((_DANGER, 0), else_=1),
            func.coalesce(col(Dispatch.overdue_since), col(Dispatch.due_at)),
            col(Dispatch.order_id),
        )
        desks = self._rules.areas.desks(areas)
        found = (
            select(Dispatch, place[0])
            .where(DESK_ROWS.of(col(Dispatch.holder_role)))
            .where(col(Dispatch.holder_area).in_(desks))
            .order_by(*place)
            .limit(limit)
        )
        if after is not None:
            found = found.where(tuple_(*place) > after)
        async with self._looking() as session:
            rows = (await session.execute(found)).all()
            wholes = {one.order_id: WholeDispatch(one) for one, _ in rows}
            await _add_legs(session, wholes)
        return [self._views.desk_row(wholes[one.order_id], now, danger=not safe) for one, safe in rows]

    async def desk_row(self, leg_id: str, areas: Sequence[str], now: datetime) -> DeskRowView:
        """The row of one leg on a desk at or below these areas. Raises ``NotFound`` for a leg that lies elsewhere."""
        desks = self._rules.areas.desks(areas)
        found = (
            select(Dispatch, _DANGER)
            .join(Leg, col(Leg.order_id) == col(Dispatch.order_id))
            .where(col(Leg.leg_id) == leg_id, DESK_ROWS.of(col(Dispatch.holder_role)))
            .where(col(Dispatch.holder_area).in_(desks))
        )
        async with self._looking() as session:
            row = (await session.execute(found)).first()
            if row is None:
                raise NotFound
            dispatch, danger = row
            whole = WholeDispatch(dispatch)
            await _add_legs(session, {dispatch.order_id: whole})
        return self._views.desk_row(whole, now, danger=danger)

    async def decided(self, order_id: str, assignment_id: str | None = None) -> DecidedView:
        """Who holds an order now."""
        async with self._looking() as session:
            return self._views.decided(await session.get_one(Dispatch, order_id), assignment_id)

    def _assignments(self) -> Select[Assignment, Leg, Dispatch]:
        return (
            select(Assignment, Leg, Dispatch)
            .join(Leg, col(Leg.leg_id) == col(Assignment.leg_id))
            .join(Dispatch, col(Dispatch.order_id) == col(Assignment.order_id))
        )


async def _add_legs(session: AsyncSession, wholes: dict[str, WholeDispatch]) -> None:
    ids: Collection[str] = wholes.keys()
    legs = select(Leg).where(col(Leg.order_id).in_(ids)).order_by(col(Leg.round), col(Leg.position))
    for leg in await session.scalars(legs):
        wholes[leg.order_id].legs.append(leg)
    extensions = select(Extension).where(col(Extension.order_id).in_(ids)).order_by(col(Extension.extension_id))
    for extension in await session.scalars(extensions):
        wholes[extension.order_id].extensions.append(extension)
    active = select(Assignment).where(col(Assignment.order_id).in_(ids), ACTIVE_ROWS.of(col(Assignment.state)))
    for assignment in await session.scalars(active):
        wholes[assignment.order_id].assignments.append(assignment)
