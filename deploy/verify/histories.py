"""I7: only legal transitions, gapless versions; and both services know all of each other's facts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select

from deploy.verify.evidence import Databases, rows
from deploy.verify.tables import DISPATCHES, INTAKE_OUTBOX, MATCHER_OUTBOX, ORDERS, TIMELINE
from services.intake.policies.lifecycle import TRANSITIONS
from shared.contracts.words import OrderState
from shared.persistence.engine import Database


async def versions_are_gapless(databases: Databases) -> list[str]:
    """I7: each aggregate's published facts are numbered 1, 2, 3 … up to the version it stands at."""
    intake = select(ORDERS.c.order_id, ORDERS.c.version)
    matcher = select(DISPATCHES.c.order_id, DISPATCHES.c.version)
    return [
        *[line async for line in _gaps("order", databases.intake, INTAKE_OUTBOX, intake)],
        *[line async for line in _gaps("dispatch", databases.matcher, MATCHER_OUTBOX, matcher)],
    ]


async def _gaps(name: str, database: Database, outbox: Any, aggregates: Any) -> AsyncIterator[str]:
    numbered = (
        select(
            outbox.c.about,
            func.count().label("facts"),
            func.count(outbox.c.version.distinct()).label("versions"),
            func.min(outbox.c.version).label("first"),
            func.max(outbox.c.version).label("last"),
        )
        .where(outbox.c.version.is_not(None))
        .group_by(outbox.c.about)
    )
    last: dict[str, int] = {}
    async for row in rows(database, numbered):
        last[row.about] = row.last
        if not (row.facts == row.versions == row.last and row.first == 1):
            yield f"{name} {row.about} has {row.facts} facts numbered {row.first} to {row.last}"
    async for row in rows(database, aggregates):
        if row.version != last.get(row.order_id, 0):
            yield f"{name} {row.order_id} stands at {row.version}, its facts end at {last.get(row.order_id, 0)}"


async def transitions_are_legal(databases: Databases) -> list[str]:
    """I7: an order's timeline has no gap, and each entry's state may follow the one before."""
    broken: list[str] = []
    entries = select(TIMELINE.c.order_id, TIMELINE.c.position, TIMELINE.c.state, TIMELINE.c.kind).order_by(
        TIMELINE.c.order_id, TIMELINE.c.position
    )
    history: list[Any] = []
    async for row in rows(databases.intake, entries):
        if history and history[-1].order_id != row.order_id:
            broken += _illegal(history)
            history = []
        history.append(row)
    return broken + _illegal(history)


def _illegal(history: list[Any]) -> list[str]:
    broken = []
    if history and (history[0].kind != "order_placed" or history[0].position != 1):
        broken.append(f"order {history[0].order_id} does not begin with being placed")
    for before, after in pairwise(history):
        if after.position != before.position + 1:
            broken.append(f"order {after.order_id} has no entry {before.position + 1}")
        following = TRANSITIONS[OrderState(before.state)]
        if after.state != before.state and OrderState(after.state) not in following:
            broken.append(f"order {after.order_id} went from {before.state} to {after.state} by {after.kind}")
    return broken


async def services_agree(databases: Databases) -> list[str]:
    """I5: after quiet, intake has heard all of matcher's facts and matcher all of intake's."""
    broken = []
    query = select(DISPATCHES.c.order_id, DISPATCHES.c.version, DISPATCHES.c.intake_version, DISPATCHES.c.state)
    dispatches = {row.order_id: row async for row in rows(databases.matcher, query)}
    orders = select(ORDERS.c.order_id, ORDERS.c.reference, ORDERS.c.version, ORDERS.c.dispatch_version, ORDERS.c.state)
    async for order in rows(databases.intake, orders):
        dispatch = dispatches.pop(order.order_id, None)
        if dispatch is None:
            broken.append(f"{order.reference} is unknown to matcher")
        elif (order.version, order.dispatch_version) != (dispatch.intake_version, dispatch.version):
            broken.append(f"{order.reference}: intake and matcher have not heard all of each other")
        elif order.state != dispatch.state:
            broken.append(f"{order.reference} is {order.state} at intake and {dispatch.state} at matcher")
    return broken + [f"matcher dispatches {order_id}, which intake does not know" for order_id in dispatches]
