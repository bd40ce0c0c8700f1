"""I3: every open order has somebody who holds it by some time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import or_, select

from deploy.verify.evidence import Databases, rows
from deploy.verify.looking import Breach, Look
from deploy.verify.tables import CALLS, DISPATCHES, INCIDENTS, INTAKE_OUTBOX, MATCHER_OUTBOX, ORDERS
from services.intake.policies.lifecycle import FINAL
from services.matcher.policies.lifecycle import CLOCKED
from shared.contracts.words import NextStep, OrderState

_FINAL = [state.value for state in FINAL]


async def open_orders_are_held(look: Look) -> list[Breach]:
    """I3: every order not closed has a holder, a due time, and an armed clock or an unsent outbox row.

    The clock of an order is its row in matcher while it is being served, its review deadline in intake once
    it is done; where a coordinator is to call, the call that is still to be made.
    """
    broken: list[Breach] = []
    is_open = ORDERS.c.state.not_in(_FINAL)
    async for piece in look.pieces(look.databases.intake, ORDERS.c.order_id, is_open):
        broken += [breach async for breach in _unheld(look.databases, piece)]
        broken += [breach async for breach in _unclocked(look.databases, piece)]
        broken += [breach async for breach in _calls_nobody_owes(look.databases, piece)]
    return broken


async def _unheld(databases: Databases, piece: Sequence[str]) -> AsyncIterator[Breach]:
    unheld = select(ORDERS.c.order_id, ORDERS.c.reference, ORDERS.c.state).where(
        ORDERS.c.order_id.in_(piece),
        ORDERS.c.state.not_in(_FINAL),
        or_(ORDERS.c.holder_role.is_(None), ORDERS.c.due_at.is_(None)),
    )
    async for row in rows(databases.intake, unheld):
        yield Breach(row.order_id, f"{row.reference} is {row.state} without holder or due time")


async def _unclocked(databases: Databases, piece: Sequence[str]) -> AsyncIterator[Breach]:
    clocked = [state.value for state in CLOCKED]
    armed_query = select(DISPATCHES.c.order_id).where(
        DISPATCHES.c.order_id.in_(piece), DISPATCHES.c.state.in_(clocked), DISPATCHES.c.due_at.is_not(None)
    )
    armed = {row.order_id async for row in rows(databases.matcher, armed_query)}
    for database, outbox in ((databases.intake, INTAKE_OUTBOX), (databases.matcher, MATCHER_OUTBOX)):
        unsent = select(outbox.c.about).where(outbox.c.sent_at.is_(None), outbox.c.about.in_(piece))
        armed |= {row.about async for row in rows(database, unsent)}
    served = select(ORDERS.c.order_id, ORDERS.c.reference, ORDERS.c.state).where(
        ORDERS.c.order_id.in_(piece), ORDERS.c.state.not_in([*_FINAL, OrderState.DONE.value])
    )
    async for row in rows(databases.intake, served):
        if row.order_id not in armed:
            yield Breach(row.order_id, f"{row.reference} is {row.state} and no clock runs for it")


async def _calls_nobody_owes(databases: Databases, piece: Sequence[str]) -> AsyncIterator[Breach]:
    owed = select(CALLS.c.order_id).where(CALLS.c.ended_at.is_(None))
    called = select(ORDERS.c.order_id, ORDERS.c.reference).where(
        ORDERS.c.order_id.in_(piece),
        ORDERS.c.state == OrderState.DONE.value,
        ORDERS.c.next_step == NextStep.CALL.value,
        ORDERS.c.order_id.not_in(owed),
    )
    async for row in rows(databases.intake, called):
        yield Breach(row.order_id, f"{row.reference} waits for a call that nobody owes")


async def dangers_are_before_somebody(look: Look) -> list[Breach]:
    """I3 for dangers: until somebody has seen to one, it is before a coordinator's area, and has a due time.

    Columns that the tables hold to be there are asked about all the same: an area may be one that is none.
    """
    columns = INCIDENTS.c.order_id, INCIDENTS.c.incident_id, INCIDENTS.c.area, INCIDENTS.c.due_at
    unanswered = select(*columns, INCIDENTS.c.reported_at)
    unanswered = unanswered.where(INCIDENTS.c.answered_at.is_(None))
    return [
        Breach(row.order_id, f"danger {row.incident_id} is before nobody, or at no time")
        async for row in rows(look.databases.matcher, unanswered)
        if not row.area or row.due_at is None or row.due_at <= row.reported_at
    ]
