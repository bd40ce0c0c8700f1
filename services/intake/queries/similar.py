"""Orders that may be one matter. What was said is opened to compare it, and shown to coordinators alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel
from sqlalchemy import Select, select
from sqlmodel import col

from services.intake.models import Order, OrderContact
from services.intake.policies.lifecycle import OPEN
from services.intake.policies.similarity import Matter, similarity
from shared.community.catalogue import Mode
from shared.community.definition import Community
from shared.community.text import Text
from shared.contracts.words import OrderState
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

_UNDONE = tuple(state.value for state in OPEN - {OrderState.DONE})

SHOWN = 5
"""So many similar orders are shown at most."""


class SimilarView(BaseModel):
    """Somebody else's order that may be the same matter: no number, no words. ``area`` is its grid; ``join_token``
    lets one join it for an hour.
    """

    service: str
    service_name: Text
    area: str
    placed_at: datetime
    state: str
    join_token: str


class SimilarOrderView(BaseModel):
    """An order of a coordinator's that may be the same matter; ``score`` is 0 to 100."""

    reference: str
    service: str
    service_name: Text
    area: str
    placed_at: datetime
    state: str
    details: str
    score: float


@dataclass(frozen=True)
class Bounds:
    """Which orders are compared: of the last ``days``, the newest ``rows``; alike from ``least`` (0 to 100) on."""

    least: float
    days: float
    rows: int


@dataclass(frozen=True)
class Similar:
    """An order that may be the same matter, what was said in it, and how alike they are."""

    order: Order
    details: str
    score: float


class SimilarOrders:
    """Compares orders under the rules of one community."""

    def __init__(self, database: Database, rules: Community, vault: Vault, bounds: Bounds) -> None:
        self._database = database
        self._rules = rules
        self._vault = vault
        self._bounds = bounds

    async def to(self, service: str, matter: Matter) -> list[Similar]:
        """Open orders of a service in a public space that may be this matter, the likeliest first; of other services
        none: what somebody has at home is theirs alone."""
        known = self._rules.services_by_code.get(service)
        if known is None or known.mode is not Mode.PUBLIC_SPACE or matter.area not in self._rules.areas:
            return []
        return await self._compared(service, matter, None)

    async def to_order(self, order_id: str, within: Collection[str]) -> list[SimilarOrderView]:
        """Open orders of the same service, at or below the areas of a coordinator, that may be the same matter."""
        async with self._database.reading() as session:
            order = await session.get_one(Order, order_id)
            contact = await session.get(OrderContact, order_id)
        matter = Matter(order.area, self._said(contact), order.placed_at, order.window)
        found = await self._compared(order.service, matter, order_id)
        areas = self._rules.areas
        return [self._shown(one) for one in found if areas.within(one.order.grid, within)]

    async def _compared(self, service: str, matter: Matter, but: str | None) -> list[Similar]:
        async with self._database.reading() as session:
            rows = (await session.execute(self._candidates(service, matter, but))).all()
        scored = [self._scored(order, contact, matter) for order, contact in rows]
        alike = [one for one in scored if one.score >= self._bounds.least]
        return sorted(alike, key=lambda one: (one.score, one.order.placed_at), reverse=True)[:SHOWN]

    def _candidates(self, service: str, matter: Matter, but: str | None) -> Select[Order, OrderContact]:
        since = matter.placed_at - timedelta(days=self._bounds.days)
        found = (
            select(Order, OrderContact)
            .join(OrderContact, col(OrderContact.order_id) == Order.order_id)
            .where(col(Order.service) == service, col(Order.state).in_(_UNDONE), col(Order.placed_at) >= since)
            .order_by(col(Order.placed_at).desc())
            .limit(self._bounds.rows)
        )
        areas = self._rules.areas
        community = areas.community_of(matter.area) if areas.knows(matter.area) else None
        found = found.where(col(Order.community) == community) if community else found
        return found.where(col(Order.order_id) != but) if but else found

    def _scored(self, order: Order, contact: OrderContact, matter: Matter) -> Similar:
        said = self._said(contact)
        other = Matter(order.area, said, order.placed_at, order.window)
        return Similar(order, said, round(similarity(self._rules.areas, matter, other), 1))

    def _said(self, contact: OrderContact | None) -> str:
        return self._vault.open_fields(contact.order_id, contact.sealed).get("details") or "" if contact else ""

    def name_of(self, code: str) -> Text:
        """A service's name, also once the catalogue has dropped it."""
        service = self._rules.services_by_code.get(code)
        return service.name if service else Text(zh=code, en=code)

    def _shown(self, one: Similar) -> SimilarOrderView:
        return SimilarOrderView(
            reference=one.order.reference,
            service=one.order.service,
            service_name=self.name_of(one.order.service),
            area=one.order.area,
            placed_at=one.order.placed_at,
            state=one.order.state,
            details=one.details,
            score=one.score,
        )
