"""All that is kept of somebody in an order, for their own eyes; and which orders are to be forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import col

from services.intake.models import Call, Closing, Erasure, Incident, Order, OrderContact, OrderReview, Resident
from services.intake.models.orders import TO_FORGET
from services.intake.policies.forgetting import Forgotten, Keeping
from services.intake.queries.looks import LookView, looks
from services.intake.queries.orders import OrderFound
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

_OTHERS = "excluded"
"""Whom they named as parties are people with rights of their own, and never exported (mission.md, fairness)."""


class SaidView(BaseModel):
    """Words that were kept: where they stand (``comment``, ``danger``, ``call``, ``closing``), and since when."""

    kind: str
    at: datetime | None
    text: str


class PersonalView(BaseModel):
    """What is kept of one person in one order.

    ``kept``: what they gave, by name; empty once it was erased or its time passed. ``hints_until``, ``contact_until``:
    when the words and when the rest goes, None while the order is open. ``looked``: who looked how often, by role, for
    who ordered.
    """

    reference: str
    service: str
    area: str
    state: str
    part: str
    placed_at: datetime
    closed_at: datetime | None
    kept: dict[str, Any]
    said: list[SaidView]
    looked: list[LookView] = []
    hints_until: datetime | None
    contact_until: datetime | None


class PersonalViews(BaseModel):
    """What is kept under one phone number."""

    items: list[PersonalView]


class Personal:
    """Opens what belongs to one person; the door has checked that they are the one who asks."""

    def __init__(self, database: Database, vault: Vault, keeping: Keeping) -> None:
        self._database = database
        self._vault = vault
        self._keeping = keeping

    async def of(self, found: OrderFound) -> PersonalView:
        """Everything of whoever looks at this order."""
        own, whose = found.resident_id is None, found.resident_id
        async with self._database.reading() as session:
            order = await session.get_one(Order, found.order_id)
            row = await session.get(OrderContact, order.order_id) if own else await session.get_one(Resident, whose)
            incidents = select(Incident).where(col(Incident.order_id) == order.order_id)
            incidents = incidents.where(col(Incident.resident_id).is_not_distinct_from(whose))
            said = [
                _said("danger", one.reported_at, self._open(one.order_id, one.sealed))
                for one in await session.scalars(incidents)
            ]
            looked = await looks(session, order.order_id) if own else []
            if own:
                said += await self._of_the_owner(session, order)
        if isinstance(row, Resident) and row.sealed_comment is not None:
            said.append(_said("comment", row.verdict_at, self._open(row.order_id, row.sealed_comment)))
        kept = self._vault.open_fields(row.order_id, row.sealed) if row is not None else {}
        closed = order.closed_at
        return PersonalView(
            reference=found.reference,
            service=order.service,
            area=order.area if own else order.grid,
            state=order.state,
            part=found.part.value if found.part else "owner",
            placed_at=order.placed_at,
            closed_at=closed,
            kept={name: told for name, told in kept.items() if told and name != _OTHERS},
            said=[one for one in said if one.text],
            looked=looked,
            hints_until=closed + self._keeping.hints if closed else None,
            contact_until=closed + self._keeping.contact if closed else None,
        )

    async def _of_the_owner(self, session: Any, order: Order) -> list[SaidView]:
        order_id = order.order_id
        reviews = await session.scalars(select(OrderReview).where(col(OrderReview.order_id) == order_id))
        closings = await session.scalars(select(Closing).where(col(Closing.order_id) == order_id))
        calls = await session.scalars(
            select(Call).where(col(Call.order_id) == order_id, col(Call.resident_id).is_(None))
        )
        return [
            *(_said("comment", one.at, self._open(order_id, one.sealed_comment)) for one in reviews),
            *(_said("closing", one.proposed_at, self._open(order_id, one.sealed_reason)) for one in closings),
            *(_said("call", one.ended_at, self._open(order_id, one.sealed_note)) for one in calls),
        ]

    def _open(self, order_id: str, sealed: bytes | None) -> str:
        return self._vault.open(order_id, sealed) if sealed else ""


class ToForget:
    """Which orders have come to a step of being forgotten; the oldest first."""

    def __init__(self, database: Database, keeping: Keeping) -> None:
        self._database = database
        self._keeping = keeping

    async def due(self, step: Forgotten, now: datetime, most: int) -> list[str]:
        """Ids of orders that ended so long ago."""
        due = select(col(Order.order_id)).where(TO_FORGET, col(Order.closed_at) <= self._keeping.before(step, now))
        due = due.where(col(Order.forgotten) < step.value).order_by(col(Order.closed_at)).limit(most)
        async with self._database.reading() as session:
            return list(await session.scalars(due))

    async def untold(self, most: int) -> list[str]:
        """Ids of orders whose words are gone here, and matcher has not let go of its own."""
        due = select(col(Order.order_id)).where(col(Order.forgotten) > 0, col(Order.matcher_forgot).is_(False))
        due = due.where(TO_FORGET).order_by(col(Order.closed_at)).limit(most)
        async with self._database.reading() as session:
            return list(await session.scalars(due))

    async def erased(self) -> set[str]:
        """Everybody this database knows to be erased."""
        async with self._database.reading() as session:
            return set(await session.scalars(select(col(Erasure.subject))))


def _said(kind: str, at: datetime | None, text: str) -> SaidView:
    return SaidView(kind=kind, at=at, text=text)
