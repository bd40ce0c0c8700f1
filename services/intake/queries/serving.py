"""Whom somebody reaches who serves an order: told to a live assignment alone, and in the audit before it is told."""

from __future__ import annotations

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.intake.models import Assignment, Audited, Order, OrderContact, Resident
from services.intake.policies.harvesting import LOOKED_BACK, check_starts
from services.intake.policies.lifecycle import FINAL
from services.intake.queries.contacts import contact_for
from shared.community.clock import DomainClock
from shared.contracts.audit import Deed, Verdict, What, Who
from shared.contracts.personal import ContactAsked, ContactTold
from shared.contracts.refusal import NotFound, Refusal
from shared.contracts.words import OrderState, Part, Role
from shared.persistence.auditing import Auditing
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

_WHY = "assignment"


class ServersContacts:
    """Decides here, by what intake itself has heard, whatever the service that asks has looked at before."""

    def __init__(self, database: Database, vault: Vault, audit: Auditing, clock: DomainClock, unstarted: int) -> None:
        """``unstarted``: after so many that somebody read and gave back unstarted, they start before they read on."""
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clock = clock
        self._unstarted = unstarted

    async def tell(self, asked: ContactAsked) -> ContactTold:
        """The contact of an order. Raises ``NotFound``, also for an assignment that ended, ``StartFirst``,
        ``Unavailable``.
        """
        refusal: Refusal | None = None
        async with self._database.reading() as session:
            try:
                told = await self._told(session, await self._served(session, asked))
            except Refusal as no:
                refusal = no
        verdict = Verdict.ALLOWED if refusal is None else Verdict.REFUSED
        who = Who(Role.VOLUNTEER.value, asked.volunteer_id)
        await self._audit.note(
            Deed(who, What.FETCHED, asked.order_id, asked.assignment_id, "contact", _WHY, verdict=verdict)
        )
        if refusal is not None:
            raise refusal
        return told

    async def _served(self, session: AsyncSession, asked: ContactAsked) -> Order:
        order = await session.get(Order, asked.order_id)
        one = await session.get(Assignment, (asked.order_id, asked.assignment_id))
        if order is None or one is None or OrderState(order.state) in FINAL:
            raise NotFound
        theirs = (one.order_id, one.volunteer_id) == (asked.order_id, asked.volunteer_id)
        if not (theirs and one.is_live):
            raise NotFound
        if one.started_at is None:
            check_starts(await self._returned(session, asked.volunteer_id), self._unstarted)
        return order

    async def _returned(self, session: AsyncSession, volunteer_id: str) -> int:
        """How many orders they were shown the contact of and gave back unstarted lately."""
        shown = exists().where(
            col(Audited.order_id) == col(Assignment.order_id),
            col(Audited.actor) == volunteer_id,
            col(Audited.what) == What.FETCHED.value,
            col(Audited.verdict) == Verdict.ALLOWED.value,
        )
        back = select(func.count()).where(
            col(Assignment.volunteer_id) == volunteer_id,
            col(Assignment.handed_back_at) > self._clock.now() - LOOKED_BACK,
            shown,
        )
        return int(await session.scalar(back) or 0)

    async def _told(self, session: AsyncSession, order: Order) -> ContactTold:
        reached = await contact_for(session, self._vault, order)
        contact = await session.get(OrderContact, order.order_id)
        said = self._vault.open_fields(order.order_id, contact.sealed) if contact else {}
        found = select(Resident).where(col(Resident.order_id) == order.order_id, col(Resident.left_at).is_(None))
        person = await session.scalar(found.where(col(Resident.part) == Part.PERSON.value).limit(1))
        whom = self._vault.open_fields(order.order_id, person.sealed) if person else {}
        return ContactTold(
            name=reached.get("name") or "",
            phone=reached.get("phone") or "",
            organisation=reached.get("organisation"),
            person=whom.get("name") or said.get("on_behalf_of") or "",
            person_phone=whom.get("phone") or "",
            area=order.area,
            details=said.get("details") or "",
        )
