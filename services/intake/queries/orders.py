"""What intake shows: an order with its legs and timeline. Reading only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlmodel import col

from services.intake.models import Closing, Extension, Leg, Order, ProposedTime, Session, TimelineEntry
from services.intake.queries.related import related_to
from services.intake.queries.views import ClosingView, OrderView, Views
from services.intake.queries.watched import WatchedLooks
from shared.community.definition import Community
from shared.contracts.words import Part, Role
from shared.identity.sessions import Limits, hash_of
from shared.identity.tokens import Caller
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

NOT_FOR_RESIDENTS = frozenset({"offer_declined", "offer_expired", "leg_requested"})
"""Who could not or did not answer is the pairing's business alone (mission.md, fairness)."""

ASKED = "offer_made"


@dataclass(frozen=True)
class OrderFound:
    """An order by its reference, before access is decided; then with who looks at it.

    ``resident_id`` and ``part``: somebody besides who ordered, whose order this is where both are None. ``left``: they
    withdrew. ``reference`` is what they know it by: their own number where it goes on under another.
    """

    order_id: str
    reference: str
    grid: str
    resident_id: str | None = None
    part: Part | None = None
    left: bool = False

    @property
    def person_id(self) -> str:
        """Whose tracking token opens it."""
        return self.resident_id or self.order_id


class Queries:
    """Intake's read models."""

    def __init__(self, database: Database, rules: Community, vault: Vault, limits: Limits) -> None:
        self._database = database
        self._limits = limits
        self._vault = vault
        self._rules = rules
        self._views = Views(rules)
        self.watched = WatchedLooks(database, rules.areas)

    async def find(self, reference: str) -> OrderFound | None:
        """The order with this reference."""
        found = select(col(Order.order_id), col(Order.grid)).where(col(Order.reference) == reference)
        async with self._database.reading() as session:
            row = (await session.execute(found)).one_or_none()
        return OrderFound(row.order_id, reference, row.grid) if row else None

    async def caller_of(self, session_token: str) -> Caller | None:
        """Whom a browser's session speaks for: a coordinator as long as they answer for the area it was opened for."""
        async with self._database.reading() as session:
            row = await session.get(Session, hash_of(session_token))
        caller = row.caller(datetime.now(UTC), self._limits) if row else None
        return caller if caller is not None and self._still_answers(caller) else None

    def _still_answers(self, caller: Caller) -> bool:
        if caller.role is not Role.COORDINATOR:
            return True
        named = self._rules.ladder.by_id.get(caller.subject)
        return named is not None and named.area == caller.area

    async def reference_of(self, order_id: str) -> str | None:
        """The reference of an order."""
        async with self._database.reading() as session:
            reference: str | None = await session.scalar(
                select(col(Order.reference)).where(col(Order.order_id) == order_id)
            )
            return reference

    async def order(self, order_id: str, now: datetime) -> OrderView:
        """One order with its legs and what happened to it, on one snapshot."""
        legs = select(Leg).where(col(Leg.order_id) == order_id).order_by(col(Leg.round), col(Leg.position))
        entries = (
            select(TimelineEntry)
            .where(col(TimelineEntry.order_id) == order_id, col(TimelineEntry.applied))
            .where(col(TimelineEntry.kind).not_in(NOT_FOR_RESIDENTS))
            .order_by(col(TimelineEntry.position))
        )
        proposed = (
            select(ProposedTime).where(col(ProposedTime.order_id) == order_id).order_by(col(ProposedTime.window_from))
        )
        extensions = select(Extension).where(col(Extension.order_id) == order_id).order_by(col(Extension.asked_at))
        async with self._database.reading() as session:
            order = await session.get_one(Order, order_id)
            view = self._views.order(
                order,
                (await session.scalars(legs)).all(),
                waves_as_one((await session.scalars(entries)).all()),
                (await session.scalars(proposed)).all(),
                (await session.scalars(extensions)).all(),
                now,
            )
            closing = await session.get(Closing, order.closing_id) if order.closing_id else None
            turned = await session.get(Closing, order.turned_away) if order.turned_away else None
            told = {"closing": self._closing(closing), "turned_away": self._closing(turned)}
            more = {"related": await related_to(session, order), **told}
            return view.model_copy(update=more)

    def _closing(self, one: Closing | None) -> ClosingView | None:
        if one is None:
            return None
        return ClosingView(proposed_at=one.proposed_at, reason=self._vault.open(one.order_id, one.sealed_reason))


def waves_as_one(entries: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    """The people of one wave are asked at one moment, and that is told once: how many they were would be how many
    declined when nobody comes.
    """
    asked_at: dict[datetime, TimelineEntry] = {one.at: one for one in reversed(entries) if one.kind == ASKED}
    return [one for one in entries if one.kind != ASKED or asked_at[one.at] is one]
