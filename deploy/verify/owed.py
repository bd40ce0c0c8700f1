"""I4 from the facts alone: what residents and volunteers have to hear, whatever notifier's own table says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from deploy.verify.evidence import Databases, rows
from deploy.verify.looking import Breach, Look
from deploy.verify.replaying import fact_of_row
from deploy.verify.tables import INTAKE_OUTBOX, MATCHER_OUTBOX, NOTICES
from shared.contracts import intake, matcher
from shared.contracts.envelope import OrderEvent
from shared.contracts.words import Role

_TO_WHO_ORDERED: frozenset[type[OrderEvent]] = frozenset(
    {
        intake.OrderPlaced,
        intake.OrderCancelled,
        intake.OrderReopened,
        intake.OrderClosed,
        intake.OrderMerged,
        matcher.LegAssigned,
        matcher.LegTaken,
        matcher.OrderReferred,
        matcher.OrderEscalated,
        matcher.OrderDone,
    }
)
"""Facts that whoever ordered hears of, under one kind or another: each step that moves their order."""

Owed = tuple[str, int, str, str]
"""Order, version, role and id of whom a notice is owed."""


async def everybody_hears(look: Look) -> list[Breach]:
    """I4: a notice for each step that moves an order to whoever ordered, for each question and each place to the
    volunteer whose it is, and at the end to everybody who served."""
    broken: list[Breach] = []
    async for piece in look.orders():
        told = await _told(look.databases, piece)
        there = await _there(look.databases, piece)
        owed = {one for events in told.values() for one in _owed(events)}
        broken += [
            Breach(one[0], f"order {one[0]}: {one[2]} {one[3]} was told nothing of v{one[1]}")
            for one in sorted(owed - there)
        ]
    return broken


def _owed(events: Sequence[OrderEvent]) -> Iterator[Owed]:
    left = any(isinstance(event, intake.ResidentLeft) and event.resident_id == event.order_id for event in events)
    handed_back = any(isinstance(event, matcher.LegHandedBack) for event in events)
    served = {event.volunteer_id for event in events if isinstance(event, matcher.LegCompleted) and event.volunteer_id}
    for event in events:
        if type(event) in _TO_WHO_ORDERED and not left:
            yield event.order_id, event.version, Role.RESIDENT, event.order_id
        if isinstance(event, matcher.OfferMade | matcher.LegAssigned):
            yield event.order_id, event.version, Role.VOLUNTEER, event.volunteer_id
        if isinstance(event, intake.OrderClosed) and not handed_back:  # whoever left since is not thanked
            for volunteer_id in served:
                yield event.order_id, event.version, Role.VOLUNTEER, volunteer_id


async def _told(databases: Databases, piece: Sequence[str]) -> dict[str, list[OrderEvent]]:
    told: dict[str, list[OrderEvent]] = {}
    for database, outbox in ((databases.intake, INTAKE_OUTBOX), (databases.matcher, MATCHER_OUTBOX)):
        async for row in rows(database, select(outbox).where(outbox.c.about.in_(piece))):
            event = fact_of_row(row).event
            if isinstance(event, OrderEvent):
                told.setdefault(row.about, []).append(event)
    return told


async def _there(databases: Databases, piece: Sequence[str]) -> set[Owed]:
    columns = NOTICES.c.order_id, NOTICES.c.version, NOTICES.c.recipient_role, NOTICES.c.recipient_id
    found = select(*columns).where(NOTICES.c.order_id.in_(piece)).distinct()
    return {(row[0], row[1], row[2], row[3]) async for row in rows(databases.notifier, found)}
