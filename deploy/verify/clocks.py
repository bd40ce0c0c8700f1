"""I3: an armed clock is one that fires. What fell due and was not seen to shows that nobody looks at the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, select

from deploy.verify.evidence import rows
from deploy.verify.looking import Breach, Look
from deploy.verify.tables import CALLS, DISPATCHES, INCIDENTS, OFFERS, ORDERS
from services.matcher.policies.acceptance import OfferState
from services.matcher.policies.lifecycle import CLOCKED
from shared.contracts.words import NextStep, OrderState

LATE_SECONDS = 60.0
"""Wall seconds after which what fell due has to have been seen to."""

_SERVED = [state.value for state in CLOCKED]
_AWAITS_REVIEW: tuple[ColumnElement[bool], ...] = (
    ORDERS.c.state == OrderState.DONE.value,
    ORDERS.c.next_step == NextStep.REVIEW.value,
    ORDERS.c.remind_at.is_(None),
)

_AT_INTAKE: tuple[tuple[str, Table, Any, tuple[ColumnElement[bool], ...]], ...] = (
    ("a reminder", ORDERS, ORDERS.c.remind_at, ()),
    ("the end of the review", ORDERS, ORDERS.c.due_at, _AWAITS_REVIEW),
    ("a call", CALLS, CALLS.c.due_at, (CALLS.c.ended_at.is_(None),)),
)
_AT_MATCHER: tuple[tuple[str, Table, Any, tuple[ColumnElement[bool], ...]], ...] = (
    ("the holder's time", DISPATCHES, DISPATCHES.c.due_at, (DISPATCHES.c.state.in_(_SERVED),)),
    ("an offer", OFFERS, OFFERS.c.expires_at, (OFFERS.c.state == OfferState.OPEN.value,)),
    ("a danger", INCIDENTS, INCIDENTS.c.due_at, (INCIDENTS.c.answered_at.is_(None),)),
)


async def clocks_fire(look: Look) -> list[Breach]:
    """I3: nothing fell due a minute ago and longer that no clock has seen to."""
    late = look.clock.now() - timedelta(seconds=LATE_SECONDS * (look.clock.speed if look.clock.start else 1.0))
    broken = []
    databases = look.databases
    for database, clocks in ((databases.intake, _AT_INTAKE), (databases.matcher, _AT_MATCHER)):
        for what, table, due, wanted in clocks:
            passed = select(table.c.order_id, due.label("due")).where(due < late, *wanted)
            if look.only is not None:
                passed = passed.where(table.c.order_id.in_(look.only))
            broken += [
                Breach(row.order_id, f"order {row.order_id}: {what} ran out at {row.due.isoformat()}, unseen")
                async for row in rows(database, passed)
            ]
    return broken
