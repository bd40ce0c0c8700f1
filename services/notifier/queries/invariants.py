"""What must hold of notifier's own database, looked at piece by piece while everything runs (reliability.md, I3-I7).

``paidan verify`` compares all three databases and the streams with one another; this is the part that can be seen from
here, at any time, by whoever has nothing but a browser.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, case, distinct, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.notifier.models import AT_ONCE, Delivery, FollowedOrder, IndexedEvent, Matter
from services.notifier.models.notices import WAITING_ROWS
from shared.contracts.intake import OrderPlaced
from shared.persistence.engine import Database

PIECE = 2000
"""Orders looked at in one go."""
MOST = 20
"""So many breaches of a rule are named; all are counted."""
STILL = timedelta(minutes=10)
"""A message that is due for so long was forgotten by the clock that sends it (wall time)."""


class Rule(NamedTuple):
    """One rule's result. ``named``: ids of what breaks it, some of ``broken``."""

    name: str
    broken: int
    named: tuple[str, ...]


class Looked(NamedTuple):
    """How far a check has come: orders ``done`` of ``all``, and what was found so far."""

    done: int
    all: int
    rules: tuple[Rule, ...]


class InvariantQueries:
    """Looks whether the rules hold."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self, wall: datetime) -> AsyncIterator[Looked]:
        """All orders, piece by piece; the last picture is the result."""
        found: dict[str, list[str]] = {name: [] for name in ("held", "gapless", "heard", "counted", "sent")}
        async with self._database.reading() as session:
            total = await session.scalar(select(func.count()).select_from(FollowedOrder)) or 0
            found["sent"] += await session.scalars(_forgotten(wall))
        done, place = 0, ""
        while True:
            async with self._database.reading() as session:
                piece = select(col(FollowedOrder.order_id)).where(col(FollowedOrder.order_id) > place)
                orders = (await session.scalars(piece.order_by(col(FollowedOrder.order_id)).limit(PIECE))).all()
                if orders:
                    await self._piece(session, col(FollowedOrder.order_id).between(orders[0], orders[-1]), found)
            done += len(orders)
            yield Looked(done, max(total, done), tuple(_rule(name, those) for name, those in found.items()))
            if len(orders) < PIECE:
                return
            place = orders[-1]

    async def _piece(self, session: AsyncSession, these: ColumnElement[bool], found: dict[str, list[str]]) -> None:
        order_id, real = col(FollowedOrder.order_id), col(FollowedOrder.reference) != ""
        unheld = or_(col(FollowedOrder.holder_role).is_(None), col(FollowedOrder.due_at).is_(None))
        dispatched = col(FollowedOrder.dispatch_version) > 0
        found["held"] += await session.scalars(
            select(order_id).where(these, real, dispatched, ~col(FollowedOrder.ended), unheld)
        )
        heard = _heard_of(these).subquery()
        by_order = heard.c.about == order_id
        found["gapless"] += await session.scalars(
            select(heard.c.about).where(heard.c.last != heard.c.versions).distinct()
        )
        known = case(
            (heard.c.publisher == OrderPlaced.publisher, col(FollowedOrder.intake_version)),
            else_=col(FollowedOrder.dispatch_version),
        )
        found["heard"] += await session.scalars(select(order_id).join(heard, by_order).where(known != heard.c.last))
        counted = select(col(Matter.order_id)).where(col(Matter.order_id) == order_id)
        found["counted"] += await session.scalars(select(order_id).where(these, real, ~counted.exists()))


def _heard_of(these: ColumnElement[bool]) -> Select[str, str, int | None, int]:
    """Of each order and publisher the last version in the index, and how many there are."""
    versions = col(IndexedEvent.version)
    return (
        select(
            col(IndexedEvent.about),
            col(IndexedEvent.publisher),
            func.max(versions).label("last"),
            func.count(distinct(versions)).label("versions"),
        )
        .join(FollowedOrder, col(FollowedOrder.order_id) == col(IndexedEvent.about))
        .where(these, versions.is_not(None))
        .group_by(col(IndexedEvent.about), col(IndexedEvent.publisher))
    )


def _forgotten(wall: datetime) -> Select[str]:
    waiting = WAITING_ROWS.of(col(Delivery.state))
    due = col(Delivery.next_attempt_at)
    tried = due > AT_ONCE  # what was never tried says nothing of how long it has been there
    return select(col(Delivery.notice_id)).where(waiting, tried, due < wall - STILL, col(Delivery.not_before).is_(None))


def _rule(name: str, those: list[str]) -> Rule:
    return Rule(name, len(those), tuple(those[:MOST]))
