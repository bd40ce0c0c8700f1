"""I1 and I3: every promised order exists once, and every open one has somebody who holds it by some time."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence

from sqlalchemy import or_, select

from deploy.verify.evidence import Databases, Promise, chunks, rows
from deploy.verify.tables import CALLS, DISPATCHES, INCIDENTS, INTAKE_OUTBOX, MATCHER_OUTBOX, ORDERS
from services.intake.policies.lifecycle import FINAL
from services.matcher.policies.lifecycle import CLOCKED
from shared.contracts.words import NextStep, OrderState

_FINAL = [state.value for state in FINAL]


async def promised_orders_exist_once(databases: Databases, ledger: Sequence[Promise]) -> list[str]:
    """I1: every 201 in the outside ledger is exactly one order, live or closed."""
    broken = []
    references = dict.fromkeys(ledger)  # a repeated Idempotency-Key is answered twice for one order
    counted = Counter(promise.order_id for promise in references)
    broken += [f"{order_id} was promised under {n} references" for order_id, n in counted.items() if n > 1]
    for piece in chunks(list(references)):
        wanted = {promise.order_id for promise in piece}
        found = select(ORDERS.c.order_id, ORDERS.c.reference).where(ORDERS.c.order_id.in_(wanted))
        known = {row.order_id: row.reference async for row in rows(databases.intake, found)}
        for promise in piece:
            if promise.order_id not in known:
                broken.append(f"{promise.reference} was promised and is not there")
            elif known[promise.order_id] != promise.reference:
                broken.append(f"{promise.reference} was promised, the order is {known[promise.order_id]}")
    return broken


async def open_orders_are_held(databases: Databases) -> list[str]:
    """I3: every order not closed has a holder, a due time, and an armed clock or an unsent outbox row.

    The clock of an order is its row in matcher while it is being served, its review deadline in intake once
    it is done; where a coordinator is to call, the call that is still to be made.
    """
    unheld = select(ORDERS.c.reference, ORDERS.c.state).where(
        ORDERS.c.state.not_in(_FINAL), or_(ORDERS.c.holder_role.is_(None), ORDERS.c.due_at.is_(None))
    )
    broken = [
        f"{row.reference} is {row.state} without holder or due time" async for row in rows(databases.intake, unheld)
    ]
    clocked = [state.value for state in CLOCKED]
    armed_query = select(DISPATCHES.c.order_id).where(DISPATCHES.c.state.in_(clocked), DISPATCHES.c.due_at.is_not(None))
    armed = {row.order_id async for row in rows(databases.matcher, armed_query)}
    for database, outbox in ((databases.intake, INTAKE_OUTBOX), (databases.matcher, MATCHER_OUTBOX)):
        unsent = select(outbox.c.about).where(outbox.c.sent_at.is_(None))
        armed |= {row.about async for row in rows(database, unsent)}
    served = select(ORDERS.c.order_id, ORDERS.c.reference, ORDERS.c.state).where(
        ORDERS.c.state.not_in([*_FINAL, OrderState.DONE.value])
    )
    broken += [line async for line in _calls_nobody_owes(databases)]
    return broken + [
        f"{row.reference} is {row.state} and no clock runs for it"
        async for row in rows(databases.intake, served)
        if row.order_id not in armed
    ]


async def _calls_nobody_owes(databases: Databases) -> AsyncIterator[str]:
    owed = select(CALLS.c.order_id).where(CALLS.c.ended_at.is_(None))
    called = select(ORDERS.c.reference).where(
        ORDERS.c.state == OrderState.DONE.value,
        ORDERS.c.next_step == NextStep.CALL.value,
        ORDERS.c.order_id.not_in(owed),
    )
    async for row in rows(databases.intake, called):
        yield f"{row.reference} waits for a call that nobody owes"


async def dangers_are_before_somebody(databases: Databases) -> list[str]:
    """I3 for dangers: until somebody has seen to one, it is before a coordinator's area, and has a due time.

    Columns that the tables hold to be there are asked about all the same: an area may be one that is none.
    """
    unanswered = select(INCIDENTS.c.incident_id, INCIDENTS.c.area, INCIDENTS.c.due_at, INCIDENTS.c.reported_at)
    unanswered = unanswered.where(INCIDENTS.c.answered_at.is_(None))
    return [
        f"danger {row.incident_id} is before nobody, or at no time"
        async for row in rows(databases.matcher, unanswered)
        if not row.area or row.due_at is None or row.due_at <= row.reported_at
    ]
