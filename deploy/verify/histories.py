"""I7: only legal transitions, gapless versions, at intake and at matcher."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Table, func, select

from deploy.verify.evidence import Databases, rows
from deploy.verify.looking import Breach, Look
from deploy.verify.tables import DISPATCHES, INTAKE_OUTBOX, MATCHER_OUTBOX, ORDERS, TIMELINE
from services.intake.policies.lifecycle import TRANSITIONS
from shared.contracts.words import OrderState
from shared.persistence.engine import Database


async def versions_are_gapless(look: Look) -> list[Breach]:
    """I7: each aggregate's published facts are numbered 1, 2, 3 … up to the version it stands at."""
    databases = look.databases
    broken: list[Breach] = []
    async for piece in look.orders():
        broken += [one async for one in _gaps("order", databases.intake, INTAKE_OUTBOX, ORDERS, piece)]
    async for piece in look.pieces(databases.matcher, DISPATCHES.c.order_id):
        broken += [one async for one in _gaps("dispatch", databases.matcher, MATCHER_OUTBOX, DISPATCHES, piece)]
    if look.only is None:
        for name, database, outbox, table in (
            ("order", databases.intake, INTAKE_OUTBOX, ORDERS),
            ("dispatch", databases.matcher, MATCHER_OUTBOX, DISPATCHES),
        ):
            broken += [one async for one in _of_nothing(name, database, outbox, table)]
    return broken


async def _gaps(
    name: str, database: Database, outbox: Table, aggregates: Table, piece: Sequence[str]
) -> AsyncIterator[Breach]:
    numbered = (
        select(
            outbox.c.about,
            func.count().label("facts"),
            func.count(outbox.c.version.distinct()).label("versions"),
            func.min(outbox.c.version).label("first"),
            func.max(outbox.c.version).label("last"),
        )
        .where(outbox.c.about.in_(piece), outbox.c.version.is_not(None))
        .group_by(outbox.c.about)
    )
    last: dict[str, int] = {}
    async for row in rows(database, numbered):
        last[row.about] = row.last
        if not (row.facts == row.versions == row.last and row.first == 1):
            yield Breach(row.about, f"{name} {row.about} has {row.facts} facts numbered {row.first} to {row.last}")
    standing = select(aggregates.c.order_id, aggregates.c.version).where(aggregates.c.order_id.in_(piece))
    async for row in rows(database, standing):
        end = last.get(row.order_id, 0)
        if row.version != end:
            yield Breach(row.order_id, f"{name} {row.order_id} stands at {row.version}, its facts end at {end}")


async def _of_nothing(name: str, database: Database, outbox: Table, aggregates: Table) -> AsyncIterator[Breach]:
    known = select(aggregates.c.order_id)
    orphans = select(outbox.c.about).where(outbox.c.version.is_not(None), outbox.c.about.not_in(known)).distinct()
    async for row in rows(database, orphans):
        yield Breach(row.about, f"facts tell of {name} {row.about}, which is not there")


async def transitions_are_legal(look: Look) -> list[Breach]:
    """I7: an order's timeline has no gap, each entry's state may follow the one before, and the order stands where its
    timeline ends."""
    broken: list[Breach] = []
    async for piece in look.orders():
        histories = await _timelines(look.databases, piece)
        columns = ORDERS.c.order_id, ORDERS.c.state, ORDERS.c.entries
        async for order in rows(look.databases.intake, select(*columns).where(ORDERS.c.order_id.in_(piece))):
            history = histories.get(order.order_id, [])
            broken += [Breach(order.order_id, line) for line in _illegal(order, history)]
    return broken


async def _timelines(databases: Databases, piece: Sequence[str]) -> dict[str, list[Any]]:
    columns = TIMELINE.c.order_id, TIMELINE.c.position, TIMELINE.c.state, TIMELINE.c.kind
    entries = select(*columns).where(TIMELINE.c.order_id.in_(piece)).order_by(TIMELINE.c.order_id, TIMELINE.c.position)
    histories: dict[str, list[Any]] = {}
    async for row in rows(databases.intake, entries):
        histories.setdefault(row.order_id, []).append(row)
    return histories


def _illegal(order: Any, history: Sequence[Any]) -> list[str]:
    order_id = order.order_id
    if not history or (history[0].kind, history[0].position) != ("order_placed", 1):
        return [f"order {order_id} does not begin with being placed"]
    broken = []
    for before, after in pairwise(history):
        if after.position != before.position + 1:
            broken.append(f"order {order_id} has no entry {before.position + 1}")
        following = TRANSITIONS[OrderState(before.state)]
        if after.state != before.state and OrderState(after.state) not in following:
            broken.append(f"order {order_id} went from {before.state} to {after.state} by {after.kind}")
    end = history[-1]
    if (end.position, end.state) != (order.entries, order.state):
        broken.append(f"order {order_id} is {order.state} after {order.entries} entries, its timeline says otherwise")
    return broken
