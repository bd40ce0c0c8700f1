"""I1: every promised order is there, once, and whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Column, select

from deploy.verify.evidence import CHUNK, Databases, rows
from deploy.verify.ledger import Promise
from deploy.verify.looking import Breach, Look
from deploy.verify.tables import CONTACTS, DOOR_KEYS, EXTERNAL_IDS, INTAKE_LEGS, ORDERS
from shared.contracts.words import OrderState

_STATES = frozenset(OrderState)


async def promised_orders_exist_once(databases: Databases, ledger: Iterable[Promise]) -> tuple[int, list[str]]:
    """I1: how many promises there are, and those that are not exactly one order, live or closed.

    A reference is one order's, and an Idempotency-Key is one order's: so whoever is promised two orders for one, or one
    for two, is found by comparing each line with the order it names.
    """
    counted, broken = 0, []
    lines = iter(ledger)
    while piece := list(islice(lines, CHUNK)):
        counted += len(piece)
        broken += await _unkept(databases, piece)
    return counted, list(dict.fromkeys(broken))  # a repeated Idempotency-Key is answered twice for one order


async def _unkept(databases: Databases, piece: Sequence[Promise]) -> list[str]:
    wanted = {promise.order_id for promise in piece}
    columns = ORDERS.c.order_id, ORDERS.c.reference, ORDERS.c.state, ORDERS.c.recorded_by
    found = select(*columns).where(ORDERS.c.order_id.in_(wanted))
    orders = {row.order_id: row async for row in rows(databases.intake, found)}
    keys = {promise: _key(promise, orders.get(promise.order_id)) for promise in piece if promise.key}
    used = select(DOOR_KEYS.c.key, DOOR_KEYS.c.order_id).where(DOOR_KEYS.c.key.in_(set(keys.values())))
    ordered = {row.key: row.order_id async for row in rows(databases.intake, used)}
    broken = []
    for promise in piece:
        order = orders.get(promise.order_id)
        if order is None:
            broken.append(f"{promise.reference} was promised and is not there")
        elif order.reference != promise.reference:
            broken.append(f"{promise.reference} was promised, the order is {order.reference}")
        elif order.state not in _STATES:
            broken.append(f"{promise.reference} is neither live nor closed")
        elif promise in keys and ordered.get(keys[promise]) is None:
            broken.append(f"{promise.reference}: its Idempotency-Key is forgotten and would place it again")
        elif promise in keys and ordered[keys[promise]] != promise.order_id:
            broken.append(f"{promise.reference}: its Idempotency-Key has placed another order as well")
    return broken


def _key(promise: Promise, order: Any) -> str:
    """As intake keeps it: a key of a coordinator's is theirs alone."""
    taken_down = order is not None and order.recorded_by
    return f"{order.recorded_by}:{promise.key}" if taken_down else promise.key or ""


async def orders_are_whole(look: Look) -> list[Breach]:
    """I1: an order has its contact and its legs, one that was merged or split names an order that is there, and so does
    every key and every id from elsewhere."""
    broken: list[Breach] = []
    async for piece in look.orders():
        broken += [line async for line in _torn(look.databases, piece)]
    if look.only is None and look.since is None:
        for name, table in (("an Idempotency-Key", DOOR_KEYS), ("an id from elsewhere", EXTERNAL_IDS)):
            lost = select(table.c.order_id).where(table.c.order_id.not_in(select(ORDERS.c.order_id)))
            broken += [
                Breach("", f"{name} names order {row.order_id}, which is not there")
                async for row in rows(look.databases.intake, lost)
            ]
    return broken


async def _torn(databases: Databases, piece: Sequence[str]) -> AsyncIterator[Breach]:
    whole = await _there(databases, CONTACTS.c.order_id, piece), await _there(databases, INTAKE_LEGS.c.order_id, piece)
    columns = ORDERS.c.order_id, ORDERS.c.reference, ORDERS.c.state, ORDERS.c.merged_into, ORDERS.c.split_from
    orders = [row async for row in rows(databases.intake, select(*columns).where(ORDERS.c.order_id.in_(piece)))]
    named = [one for row in orders for one in (row.merged_into, row.split_from) if one]
    there = await _there(databases, ORDERS.c.order_id, named)
    for order in orders:
        for name, those in zip(("contact", "legs"), whole, strict=True):
            if order.order_id not in those:
                yield Breach(order.order_id, f"{order.reference} has no {name}")
        if (order.state == OrderState.MERGED) != (order.merged_into is not None):
            yield Breach(order.order_id, f"{order.reference} is {order.state}, and merged into {order.merged_into}")
        for other in {order.merged_into, order.split_from} - {None}:
            if other not in there or other == order.order_id:
                yield Breach(order.order_id, f"{order.reference} goes back or on to {other}, which is no other order")


async def _there(databases: Databases, column: Column[Any], ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), CHUNK):
        query = select(column).where(column.in_(ids[start : start + CHUNK])).distinct()
        found |= {row[0] async for row in rows(databases.intake, query)}
    return found
