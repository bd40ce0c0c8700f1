"""Whom coordinators have to call, and how orders ended. Reading only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.intake.models import Call, Order
from services.intake.queries.contacts import contact_for
from services.intake.queries.orders import OrderFound
from services.intake.queries.views import HolderView, Views
from shared.community.definition import Community
from shared.community.text import Text
from shared.contracts.refusal import NotFound
from shared.contracts.words import CallPurpose, OrderState, Outcome
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

_ENDED = (OrderState.CLOSED.value, OrderState.CANCELLED.value)
_NEEDED = and_(
    col(Call.ended_at).is_(None),
    or_(
        and_(
            col(Call.purpose) == CallPurpose.REVIEW.value,
            col(Order.state) == OrderState.DONE.value,
            col(Call.round) == Order.round,
        ),
        and_(
            col(Call.purpose) == CallPurpose.NEWS.value,
            col(Order.state).not_in((*_ENDED, OrderState.DONE.value)),
        ),
    ),
)
"""``policies.calling.is_needed``, as the database says it."""


class PastCallView(BaseModel):
    """One that was made before, for the same reason."""

    kind: str
    nth: int
    result: str
    at: datetime


class CallView(BaseModel):
    """A call or a visit that a coordinator of ``area`` owes; it may be made from ``opened_at`` on, until ``due_at``.

    ``about``: the event they are to hear of, where it is for news.
    """

    call_id: str
    reference: str
    service: str
    service_name: Text
    purpose: str
    kind: str
    nth: int
    about: str | None
    area: str
    opened_at: datetime
    due_at: datetime
    overdue: bool
    history: list[PastCallView]


class ToCallView(BaseModel):
    """Whom to call, in full, and what there is to say: how the order stands, and what happened last."""

    call_id: str
    reference: str
    name: str
    phone: str
    organisation: str | None
    on_behalf_of: str | None
    area: str
    service_name: Text
    purpose: str
    kind: str
    about: str | None
    state: str
    holder: HolderView | None
    due_at: datetime | None
    next_step: str


class ClosingsView(BaseModel):
    """How many orders of an area ended with which outcome, since a moment; each outcome apart."""

    area: str
    since: datetime
    closed: int
    outcomes: dict[str, int]


@dataclass(frozen=True)
class CallFound:
    """A call by its id, before access is decided."""

    call_id: str
    order: OrderFound


class Calls:
    """Reads the call list."""

    def __init__(self, database: Database, rules: Community, vault: Vault) -> None:
        self._database = database
        self._rules = rules
        self._vault = vault
        self._views = Views(rules)

    async def find(self, call_id: str) -> CallFound | None:
        """The call of this id."""
        found = (
            select(col(Order.order_id), col(Order.reference), col(Order.grid))
            .join(Call, col(Call.order_id) == Order.order_id)
            .where(col(Call.call_id) == call_id)
        )
        async with self._database.reading() as session:
            row = (await session.execute(found)).one_or_none()
        return CallFound(call_id, OrderFound(row.order_id, row.reference, row.grid)) if row else None

    async def rows(self, area: str, after: tuple[datetime, str] | None, most: int) -> list[tuple[Call, Order]]:
        """Open calls of an area and all below it, by due time. ``after``: due time and id of the last row before."""
        found = (
            select(Call, Order)
            .join(Order, col(Order.order_id) == Call.order_id)
            .where(_NEEDED, col(Call.area).in_(self._coordinated(area)))
            .order_by(col(Call.due_at), col(Call.call_id))
            .limit(most)
        )
        if after is not None:
            same_time = and_(col(Call.due_at) == after[0], col(Call.call_id) > after[1])
            found = found.where(or_(col(Call.due_at) > after[0], same_time))
        async with self._database.reading() as session:
            return [(row.Call, row.Order) for row in await session.execute(found)]

    async def view(self, rows: Sequence[tuple[Call, Order]], now: datetime) -> list[CallView]:
        """Rows of the list, each with what was tried before."""
        async with self._database.reading() as session:
            past = await self._past(session, {order.order_id for _, order in rows})
        return [self._row(call, order, past, now) for call, order in rows]

    async def of_order(self, order_id: str, now: datetime) -> tuple[list[CallView], list[PastCallView]]:
        """The open calls of an order, and all that were made."""
        found = select(Call, Order).join(Order, col(Order.order_id) == Call.order_id)
        async with self._database.reading() as session:
            owed = await session.execute(found.where(_NEEDED, col(Call.order_id) == order_id))
            rows = [(row.Call, row.Order) for row in owed]
            past = await self._past(session, {order_id})
        return [self._row(call, order, past, now) for call, order in rows], [_past(call) for call in past]

    async def reveal(self, call_id: str) -> ToCallView:
        """Whom to call. Raises ``NotFound`` when the call is no longer needed or nobody is named."""
        found = (
            select(Call, Order)
            .join(Order, col(Order.order_id) == Call.order_id)
            .where(_NEEDED, col(Call.call_id) == call_id)
        )
        async with self._database.reading() as session:
            row = (await session.execute(found)).one_or_none()
            sealed = await contact_for(session, self._vault, row.Order, row.Call.resident_id) if row else {}
        if row is None or not sealed:
            raise NotFound
        call, order = row.Call, row.Order
        return ToCallView(
            call_id=call.call_id,
            reference=order.reference,
            name=sealed.get("name") or "",
            phone=sealed.get("phone") or "",
            organisation=sealed.get("organisation"),
            on_behalf_of=sealed.get("on_behalf_of"),
            area=order.area,
            service_name=self._views.service_name(order.service),
            purpose=call.purpose,
            kind=call.kind,
            about=call.about,
            state=order.state,
            holder=self._views.holder(order.holder_role, order.holder_area, order.holder_id),
            due_at=order.due_at,
            next_step=order.next_step,
        )

    async def closings(self, area: str, since: datetime) -> ClosingsView:
        """How the orders of an area and all below it ended."""
        grids = self._rules.areas.all_below((area,))
        found = select(col(Order.outcome), func.count()).where(
            col(Order.closed_at) >= since, col(Order.outcome).is_not(None), col(Order.grid).in_(grids)
        )
        async with self._database.reading() as session:
            counted = {str(outcome): int(n) for outcome, n in await session.execute(found.group_by(col(Order.outcome)))}
        outcomes = {outcome.value: counted.get(outcome.value, 0) for outcome in Outcome}
        return ClosingsView(area=area, since=since, closed=sum(outcomes.values()), outcomes=outcomes)

    def _coordinated(self, area: str) -> Collection[str]:
        return self._rules.areas.desks((area,))

    def _row(self, call: Call, order: Order, past: Sequence[Call], now: datetime) -> CallView:
        return CallView(
            call_id=call.call_id,
            reference=order.reference,
            service=order.service,
            service_name=self._views.service_name(order.service),
            purpose=call.purpose,
            kind=call.kind,
            nth=call.nth,
            about=call.about,
            area=call.area,
            opened_at=call.opened_at,
            due_at=call.due_at,
            overdue=call.due_at < now or call.area != self._rules.areas.coordinator_area(order.grid),
            history=[_past(one) for one in past if _same(one, call)],
        )

    async def _past(self, session: AsyncSession, order_ids: Collection[str]) -> list[Call]:
        made = select(Call).where(col(Call.order_id).in_(order_ids), col(Call.result).is_not(None))
        return list(await session.scalars(made.order_by(col(Call.call_id))))


def _same(past: Call, call: Call) -> bool:
    return (past.order_id, past.purpose, past.round, past.resident_id) == (
        call.order_id,
        call.purpose,
        call.round,
        call.resident_id,
    )


def _past(call: Call) -> PastCallView:
    return PastCallView(kind=call.kind, nth=call.nth, result=call.result or "", at=call.ended_at or call.due_at)
