"""An order as the coordinators of its area see it: what was said, whom to reach, who is to be left out."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.intake.commands import RevealedPart
from services.intake.models import Order, OrderContact, Resident
from services.intake.policies.masking import masked_name, masked_phone
from services.intake.queries.contacts import contact_for
from services.intake.queries.views import OrderView
from shared.contracts.refusal import NotFound
from shared.contracts.words import Part
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class ReachView(BaseModel):
    """Whom to reach. Name and phone are masked, unless a coordinator said why they need them."""

    name: str
    phone: str
    organisation: str | None = None


class DeskOrderView(OrderView):
    """An order as its coordinators see it.

    ``contact``: who ordered, or who joined first where they withdrew; ``person``: whom it is for, where that is
    somebody else. ``excluded_areas``: codes of areas nobody is asked from; ``excluded_people``: how many parties were
    named. ``recorded_by``: the opaque id of the coordinator who took it down over ``channel``.
    ``look_first``: it looks like spam, and nobody is asked until a coordinator has decided.
    """

    grid: str
    round: int
    details: str
    contact: ReachView | None
    person: ReachView | None
    excluded_areas: list[str]
    excluded_people: int
    channel: str | None
    recorded_by: str | None
    call_only: bool
    orderer: str
    look_first: bool


class DeskOrders:
    """Reads orders for coordinators; the door has checked that the order is in their area."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def order(self, view: OrderView) -> DeskOrderView:
        """What ``view`` shows and what only coordinators see of it, contacts masked."""
        found = select(Order, OrderContact).outerjoin(OrderContact, col(OrderContact.order_id) == Order.order_id)
        async with self._database.reading() as session:
            order, contact = (await session.execute(found.where(col(Order.order_id) == view.order_id))).one()
            person = await self._person(session, view.order_id)
            reached = await contact_for(session, self._vault, order)
        sealed = self._opened(contact)
        areas = [one if isinstance(one, str) else one.get("area") for one in sealed.get("excluded") or ()]
        return DeskOrderView(
            **dict(view),
            grid=order.grid,
            round=order.round,
            details=sealed.get("details") or "",
            contact=_masked(_reach(reached)),
            person=_masked(_reach(person) or _named_only(sealed)),
            excluded_areas=[area for area in areas if area],
            excluded_people=sum(area is None for area in areas),
            channel=order.channel,
            recorded_by=order.recorded_by,
            call_only=order.call_only,
            orderer=order.orderer,
            look_first=order.look_first,
        )

    async def reveal(self, order_id: str, part: RevealedPart) -> ReachView:
        """Name and phone in full; whoever shows it has it audited first. Raises ``NotFound`` when nobody is named."""
        async with self._database.reading() as session:
            contact = await contact_for(session, self._vault, await session.get_one(Order, order_id))
            person = await self._person(session, order_id)
        reach = _reach(contact) if part is RevealedPart.CONTACT else _reach(person) or _named_only(contact)
        if reach is None:
            raise NotFound
        return reach

    async def _person(self, session: AsyncSession, order_id: str) -> dict[str, Any]:
        """Whom the order is for, as it was sealed, where they are told of it too."""
        found = select(Resident).where(col(Resident.order_id) == order_id, col(Resident.part) == Part.PERSON.value)
        person = await session.scalar(found.where(col(Resident.left_at).is_(None)).limit(1))
        return self._vault.open_fields(order_id, person.sealed) if person else {}

    def _opened(self, contact: OrderContact | None) -> dict[str, Any]:
        return self._vault.open_fields(contact.order_id, contact.sealed) if contact else {}


def _reach(sealed: dict[str, Any]) -> ReachView | None:
    """Somebody as they were sealed; None where nobody was named."""
    name, phone = sealed.get("name") or "", sealed.get("phone") or ""
    return ReachView(name=name, phone=phone, organisation=sealed.get("organisation")) if name or phone else None


def _named_only(sealed: dict[str, Any]) -> ReachView | None:
    """Whom the order is for when only their name was given."""
    name = sealed.get("on_behalf_of")
    return ReachView(name=name, phone="") if name else None


def _masked(reach: ReachView | None) -> ReachView | None:
    if reach is None:
        return None
    return reach.model_copy(update={"name": masked_name(reach.name), "phone": masked_phone(reach.phone)})
