"""Whom an order concerns, as marks: what another service may know of the parties to a matter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from services.intake.models import Order, OrderContact, Resident
from services.intake.policies.acceptance import e164
from shared.contracts.refusal import NotFound
from shared.contracts.requests import PartiesAsked, PartiesTold
from shared.identity.marks import Marks
from shared.persistence.engine import Database
from shared.persistence.vault import Vault


class Parties:
    """Reads the sealed contact of an order and tells its people as marks. Names and phones never leave."""

    def __init__(self, database: Database, vault: Vault, marks: Marks) -> None:
        self._database = database
        self._vault = vault
        self._marks = marks

    async def tell(self, asked: PartiesAsked) -> PartiesTold:
        """The parties of an order; among them the resident, whom it is for, and everybody who is concerned with them.
        Raises ``NotFound``."""
        concerned = select(Resident).where(col(Resident.order_id) == asked.order_id, col(Resident.left_at).is_(None))
        async with self._database.reading() as session:
            contact = await session.get(OrderContact, asked.order_id)
            if contact is None and await session.get(Order, asked.order_id) is None:
                raise NotFound
            others = (await session.scalars(concerned)).all()
        sealed = self._vault.open_fields(asked.order_id, contact.sealed) if contact else {}
        return self._told(sealed, [self._vault.open_fields(asked.order_id, one.sealed) for one in others])

    def _told(self, sealed: dict[str, Any], others: list[dict[str, Any]]) -> PartiesTold:
        parties = [*(_party(written) for written in sealed.get("excluded") or ()), *others]
        names = [sealed.get("name"), sealed.get("on_behalf_of"), *(party.get("name") for party in parties)]
        phones = [sealed.get("phone"), *(party.get("phone") for party in parties)]
        areas = [area for party in parties if (area := party.get("area"))]
        return PartiesTold(areas=tuple(dict.fromkeys(areas)), marks=frozenset(self._of(names, phones)))

    def _of(self, names: Iterable[str | None], phones: Iterable[str | None]) -> Iterable[str]:
        for name in names:
            if name and any(character.isalnum() for character in name):  # a dash stands for no name
                yield self._marks.of_name(name)
        for phone in phones:
            if phone and (number := e164(phone)):
                yield self._marks.of_phone(number)


def _party(written: str | dict[str, str | None]) -> dict[str, str | None]:
    """A party as it was sealed: a plain code is the area's."""
    return {"area": written} if isinstance(written, str) else written
