"""I5 and I6: what intake and matcher know of each other is what the other tells.

Each keeps a part of the other's order by the facts it heard: intake the holder, the due time, the legs, the timeline,
proposed times and extensions; matcher what was ordered, when and where, the rounds, and the dangers residents report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table, select

from deploy.verify.evidence import Databases, rows
from deploy.verify.looking import Breach, Look
from deploy.verify.tables import (
    DISPATCHES,
    EXTENSIONS,
    INCIDENTS,
    INTAKE_EXTENSIONS,
    INTAKE_INCIDENTS,
    INTAKE_LEGS,
    INTAKE_OUTBOX,
    LEGS,
    MATCHER_OUTBOX,
    OFFERS,
    ORDERS,
    PROPOSED_TIMES,
    TIMELINE,
)
from services.matcher.policies.acceptance import LegState
from services.matcher.policies.lifecycle import CLOCKED, FINAL
from shared.contracts.words import OrderState, Role
from shared.persistence.engine import Database

_ORDERED = (
    "reference",
    "service",
    "served_by",
    "community",
    "grid",
    "urgency",
    "window_from",
    "window_to",
    "placed_at",
)
"""What matcher keeps of an order as intake told it."""

_HELD = ("holder_role", "holder_area", "holder_id", "due_at", "next_step")
"""What intake shows of a running dispatch as matcher told it."""


async def services_agree(look: Look) -> list[Breach]:
    """I5: after quiet, intake has heard all of matcher's facts and matcher all of intake's, and both say the same."""
    broken: list[Breach] = []
    async for piece in look.orders():
        orders = await _by_order(look.databases.intake, ORDERS, piece)
        dispatches = await _by_order(look.databases.matcher, DISPATCHES, piece)
        for order_id, order in orders.items():
            lines = _disagreement(order, dispatches.get(order_id))
            broken += [Breach(order_id, f"{order.reference}{line}") for line in lines]
    async for piece in look.pieces(look.databases.matcher, DISPATCHES.c.order_id):
        known = await _by_order(look.databases.intake, ORDERS, piece)
        strange = [order_id for order_id in piece if order_id not in known]
        broken += [Breach(one, f"matcher dispatches {one}, which intake does not know") for one in strange]
    return broken


def _disagreement(order: Any, dispatch: Any) -> list[str]:
    if dispatch is None:
        return [" is unknown to matcher"]
    if (order.version, order.dispatch_version) != (dispatch.intake_version, dispatch.version):
        return [": intake and matcher have not heard all of each other"]
    if order.state != dispatch.state:
        return [f" is {order.state} at intake and {dispatch.state} at matcher"]
    names = [*_ORDERED, "round"] if OrderState(order.state) not in FINAL else ["reference", "service", "grid", "round"]
    if OrderState(order.state) in CLOCKED and dispatch.version:
        names += _HELD
    wrong = [name for name in names if getattr(order, name) != getattr(dispatch, name)]
    return [f": intake and matcher disagree about {', '.join(wrong)}"] if wrong else []


async def parts_agree(look: Look) -> list[Breach]:
    """I6: the timeline has every fact of both services once; legs, extensions, proposed times and dangers reported by
    residents are at both services, and as far as the one heard of the other."""
    broken: list[Breach] = []
    async for piece in look.orders():
        for check in (_timelines, _legs, _extensions, _proposals, _dangers):
            broken += [breach async for breach in check(look.databases, piece)]
    return broken


async def _timelines(databases: Databases, piece: Sequence[str]) -> AsyncIterator[Breach]:
    columns = TIMELINE.c.order_id, TIMELINE.c.source, TIMELINE.c.version, TIMELINE.c.kind
    shown = [tuple(row) async for row in rows(databases.intake, _of(columns, piece))]
    told: list[tuple[Any, ...]] = []
    for source, database, outbox in (
        ("intake", databases.intake, INTAKE_OUTBOX),
        ("matcher", databases.matcher, MATCHER_OUTBOX),
    ):
        facts = select(outbox.c.about, outbox.c.version, outbox.c.type).where(
            outbox.c.about.in_(piece), outbox.c.version.is_not(None)
        )
        told += [(row.about, source, row.version, row.type.split(".")[2]) async for row in rows(database, facts)]
    for order_id, source, version, kind in _once(shown, told):
        yield Breach(order_id, f"order {order_id}: {source}'s {kind} v{version} is not once on its timeline")


def _once(shown: Collection[tuple[Any, ...]], told: Collection[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    twice = [one for one, times in Counter(shown).items() if times > 1]
    return sorted({*(set(shown) ^ set(told)), *twice})


async def _legs(databases: Databases, piece: Sequence[str]) -> AsyncIterator[Breach]:
    ended = await _by_order(databases.intake, ORDERS, piece)
    here = await _by_id(databases.intake, INTAKE_LEGS.c.leg_id, piece)
    there = await _by_id(databases.matcher, LEGS.c.leg_id, piece)
    for leg_id, order_id in _apart(here, there):
        yield Breach(order_id, f"order {order_id}: leg {leg_id} is at one service alone")
    for leg_id, leg in here.items():
        if leg_id not in there:
            continue
        other = there[leg_id]
        wrong = [name for name in ("post", "headcount", "after", "round") if getattr(leg, name) != getattr(other, name)]
        served = (leg.state == OrderState.DONE) == (other.state == LegState.COMPLETED)
        if not served and OrderState(ended[leg.order_id].state) not in FINAL:  # what comes after the end moves nothing
            wrong.append("state")
        if wrong:
            yield Breach(leg.order_id, f"order {leg.order_id}: leg {leg_id} differs in {', '.join(wrong)}")


async def _extensions(databases: Databases, piece: Sequence[str]) -> AsyncIterator[Breach]:
    here = await _by_id(databases.intake, INTAKE_EXTENSIONS.c.extension_id, piece)
    there = await _by_id(databases.matcher, EXTENSIONS.c.extension_id, piece)
    wrong = dict(_apart(here, there))
    wrong |= {
        one: row.order_id
        for one, row in here.items()
        if one in there and row.accepted is not None and there[one].agreed not in {row.accepted, None}
    }
    for extension_id, order_id in wrong.items():
        yield Breach(order_id, f"order {order_id}: extension {extension_id} is not the same at both services")


async def _proposals(databases: Databases, piece: Sequence[str]) -> AsyncIterator[Breach]:
    """The other side's own proposals come with no offer."""
    columns = PROPOSED_TIMES.c.order_id, PROPOSED_TIMES.c.offer_id
    proposed = _of(columns, piece).where(PROPOSED_TIMES.c.by_party.is_(False))
    shown = {row.offer_id: row.order_id async for row in rows(databases.intake, proposed)}
    offers = await _by_id(databases.matcher, OFFERS.c.offer_id, piece)
    for offer_id, order_id in shown.items():
        if offer_id not in offers:
            yield Breach(order_id, f"order {order_id}: a time is proposed by an offer nobody made")


async def _dangers(databases: Databases, piece: Sequence[str]) -> AsyncIterator[Breach]:
    here = await _by_id(databases.intake, INTAKE_INCIDENTS.c.incident_id, piece)
    there = await _by_id(databases.matcher, INCIDENTS.c.incident_id, piece)
    by_residents = {one: row for one, row in there.items() if row.by == Role.RESIDENT}
    for incident_id, order_id in _apart(here, by_residents):
        yield Breach(order_id, f"order {order_id}: danger {incident_id} is at one service alone")


def _apart(here: Mapping[str, Any], there: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Ids that one side alone has, with their orders."""
    return sorted((one, {**here, **there}[one].order_id) for one in here.keys() ^ there.keys())


def _of(columns: Sequence[Column[Any]], piece: Sequence[str]) -> Any:
    return select(*columns).where(columns[0].in_(piece))


async def _by_order(database: Database, table: Table, piece: Sequence[str]) -> dict[str, Any]:
    return await _by_id(database, table.c.order_id, piece)


async def _by_id(database: Database, key: Column[Any], piece: Sequence[str]) -> dict[str, Any]:
    table = key.table
    found = select(table).where(table.c.order_id.in_(piece))
    return {getattr(row, key.name): row async for row in rows(database, found)}
