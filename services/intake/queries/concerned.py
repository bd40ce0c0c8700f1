"""An order as each who is concerned in it sees it: who ordered, who joined, whom it is for, the other side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.intake.models import Assignment, Order, OrderReview, Resident
from services.intake.models.incidents import Incident
from services.intake.policies.concerned import PARTY_HEARS, hears_of_danger
from services.intake.queries.orders import OrderFound, Queries
from services.intake.queries.views import MeView, OrderView, VerdictView
from shared.contracts.words import NextStep, OrderState, Outcome, Part
from shared.persistence.engine import Database

OWNER = "owner"
"""How ``me.part`` calls who ordered."""

_ASKED_OF_THE_OWNER: Mapping[str, Any] = {
    "proposed_times": [],
    "extension_asked": None,
    "closing": None,
    "turned_away": None,
    "related": [],
}
"""Questions that who ordered answers alone, what they are told of their words, and their other orders."""


class Concerned:
    """Finds and shows orders for one person; ``mine`` is the id that their tracking token is about."""

    def __init__(self, database: Database, queries: Queries) -> None:
        self._database = database
        self._queries = queries

    async def find(self, reference: str, mine: str) -> OrderFound | None:
        """The order under this number, where it concerns this person: also one that goes on under another number."""
        async with self._database.reading() as session:
            order = await session.scalar(select(Order).where(col(Order.reference) == reference))
            if order is None:
                return None
            if order.order_id == mine and order.merged_into is None:
                return OrderFound(mine, reference, order.grid, left=order.owner_left_at is not None)
            last = await where_it_is(session, order)
            resident = await session.get(Resident, mine)
        if resident is None or resident.order_id != last.order_id:
            return None
        found = OrderFound(last.order_id, reference, last.grid, resident.resident_id, Part(resident.part))
        return replace(found, left=resident.left_at is not None)

    async def reference_of(self, mine: str) -> str | None:
        """The number a tracking token leads to: one's own order's, else that of the order one is concerned in."""
        async with self._database.reading() as session:
            resident = await session.get(Resident, mine)
            order = await session.get(Order, mine) or (
                await session.get(Order, resident.order_id) if resident else None
            )
        return order.reference if order else None

    async def others(self, order_id: str) -> list[MeView]:
        """Everybody who is concerned besides who ordered, in the order they joined; without names."""
        found = select(Resident).where(col(Resident.order_id) == order_id, col(Resident.left_at).is_(None))
        async with self._database.reading() as session:
            order = await session.get_one(Order, order_id)
            residents = await session.scalars(found.order_by(col(Resident.joined_at), col(Resident.resident_id)))
            return [_resident(order, one) for one in residents]

    async def visits(self, found: OrderFound) -> list[str]:
        """The assignments of those who come, the first one first: for who ordered and whom it is for, nobody else."""
        if found.left or found.part not in {None, Part.PERSON}:
            return []
        live = select(col(Assignment.assignment_id)).where(col(Assignment.order_id) == found.order_id)
        live = live.where(col(Assignment.ended_at).is_(None)).order_by(col(Assignment.assignment_id))
        async with self._database.reading() as session:
            return list(await session.scalars(live))

    async def view(self, found: OrderFound, now: datetime) -> OrderView:
        """The order as this person may see it."""
        view = await self._queries.order(found.order_id, now)
        async with self._database.reading() as session:
            order = await session.get_one(Order, found.order_id)
            if found.resident_id is None:
                me = _owner(order, await session.get(OrderReview, (order.order_id, order.round)))
                left_at = order.owner_left_at
            else:
                resident = await session.get_one(Resident, found.resident_id)
                me, left_at = _resident(order, resident), resident.left_at
            reports = await _reports(session, found)
        heard = [entry for entry in view.timeline if hears_of_danger(entry.what, entry.by, reports=reports)]
        view = view.model_copy(update={"timeline": heard})
        if found.part is not None:
            view = view.model_copy(update=_ASKED_OF_THE_OWNER)
        if found.part is Part.PARTY:
            view = _for_party(view, order.grid)
        if found.resident_id is not None:  # what else who ordered has ordered is theirs to know
            view = view.model_copy(update={"related": []})
        if left_at is not None:
            view = _until(view, left_at)
        elsewhere = view.reference if view.reference != found.reference else None
        own = {"reference": found.reference, "order_id": found.person_id} if elsewhere else {}
        return view.model_copy(update={"me": me, "goes_on_under": elsewhere, **own})


async def _reports(session: AsyncSession, found: OrderFound) -> bool:
    """Whether this person reported a danger in this order."""
    theirs = select(Incident).where(col(Incident.order_id) == found.order_id)
    theirs = theirs.where(col(Incident.resident_id).is_not_distinct_from(found.resident_id))
    return await session.scalar(theirs.limit(1)) is not None


async def where_it_is(session: AsyncSession, order: Order) -> Order:
    """Where the matter is now, over as many mergers as there were; an order is merged once, and never into itself."""
    while order.merged_into is not None:
        order = await session.get_one(Order, order.merged_into)
    return order


def _owner(order: Order, review: OrderReview | None) -> MeView:
    verdict = VerdictView(outcome=review.outcome, rating=review.rating, given_at=review.at) if review else None
    return MeView(part=OWNER, left=order.owner_left_at is not None, verdict=verdict)


def _resident(order: Order, one: Resident) -> MeView:
    verdict = None
    if one.outcome is not None and one.verdict_at is not None and one.verdict_round == order.round:
        verdict = VerdictView(outcome=one.outcome, rating=one.rating, given_at=one.verdict_at)
    left = one.left_at is not None
    return MeView(part=one.part, left=left, agrees=one.agrees, window=one.window, verdict=verdict)


def _for_party(view: OrderView, grid: str) -> OrderView:
    """What concerns the other side: the service, when, and whether somebody comes. Not what was said, nor by whom."""
    heard = [entry.model_copy(update={"detail": None}) for entry in view.timeline if entry.what in PARTY_HEARS]
    hidden = {"area": grid, "legs": [], "outcome": None, "timeline": heard}
    return view.model_copy(update=hidden)


def _until(view: OrderView, left_at: datetime) -> OrderView:
    """An order that goes on without them: for them it ended when they withdrew."""
    ended = {
        "state": OrderState.CANCELLED.value,
        "outcome": Outcome.WITHDRAWN.value,
        "holder": None,
        "due_at": None,
        "next_step": NextStep.NONE.value,
        "late": False,
        "legs": [],
        **_ASKED_OF_THE_OWNER,
        "timeline": [entry for entry in view.timeline if entry.at <= left_at],
        "closed_at": left_at,
    }
    return view.model_copy(update=ended)
