"""How people are reached at this moment: what they wish, the addresses they gave, and what the other services know.

Phones and names come from their vaults when a message is sent and are kept nowhere here.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select, tuple_
from sqlmodel import col

from services.notifier.commands import SMS, Recipient
from services.notifier.models import Notice, Preferences
from services.notifier.policies.times import NO_WISHES, Wishes
from shared.contracts.asking import Request
from shared.contracts.reaching import MOST, Reach, ReachTold, ResidentOf, ResidentsToReach, ServerOf, ServersToReach
from shared.contracts.refusal import Unavailable
from shared.contracts.words import Role
from shared.persistence.engine import Database
from shared.persistence.vault import Vault

Ask = Callable[[Request[Any]], Awaitable[Any]]
"""Asks another service; raises ``Unavailable``."""

Desks = Mapping[Recipient, Mapping[str, str]]
"""Addresses of offices, by channel; the operator writes them down (``policies.desks``)."""

_ASKED = {Role.RESIDENT, Role.VOLUNTEER, Role.COORDINATOR}
T = TypeVar("T")


@dataclass(frozen=True)
class Reached:
    """How one person is reached. ``addresses``: by channel. ``is_known``: somebody still knows them."""

    wishes: Wishes = NO_WISHES
    addresses: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_known: bool = True


class Reaching:
    """Asks intake and matcher, and opens what people gave themselves."""

    def __init__(self, database: Database, vault: Vault, ask: Ask, desks: Desks) -> None:
        self._database = database
        self._vault = vault
        self.ask = ask
        self._desks = desks

    async def people(self, whom: Mapping[Recipient, str]) -> dict[Recipient, Reached]:
        """Everybody of ``whom``; the value is the order a resident is concerned in. Raises ``Unavailable``."""
        chosen = await self._chosen(whom)
        told = await self._told(whom)
        return {one: self._reached(one, chosen.get(one), told.get(one)) for one in whom}

    async def names(self, volunteer_ids: Collection[str]) -> dict[str, Reach]:
        """What volunteers are called; nobody while matcher is away, since a message goes without as well."""
        asked = [ServerOf(role=Role.VOLUNTEER, id=one) for one in sorted(volunteer_ids)]
        try:
            told = await self._servers(asked)
        except Unavailable:
            return {}
        return {one.id: reach for one, reach in zip(asked, told, strict=True) if reach is not None}

    async def wishes(self, one: Recipient) -> tuple[Wishes, dict[str, str]]:
        """What somebody has chosen, and the addresses they gave."""
        row = (await self._chosen([one])).get(one)
        if row is None:
            return NO_WISHES, {}
        return Wishes.model_validate_json(row.wishes), self._opened(row)

    async def with_addresses(self, after: Recipient | None, most: int) -> list[Recipient]:
        """Who gave addresses of their own, in the order of their keys, after one of them."""
        key = tuple_(col(Preferences.recipient_role), col(Preferences.recipient_id))
        found = select(Preferences).where(col(Preferences.addresses).is_not(None)).limit(most)
        found = found.order_by(col(Preferences.recipient_role), col(Preferences.recipient_id))
        if after is not None:
            found = found.where(key > (after.role.value, after.id))
        async with self._database.reading() as session:
            return [Recipient(Role(row.recipient_role), row.recipient_id) for row in await session.scalars(found)]

    async def orders_of(self, people: Collection[Recipient]) -> dict[Recipient, str]:
        """The order each of these is concerned in, where they are residents: told by any notice of theirs."""
        told = {one: one.id for one in people}
        residents = [one.id for one in people if one.role is Role.RESIDENT]
        orders = select(col(Notice.recipient_id), col(Notice.order_id)).where(
            col(Notice.recipient_role) == Role.RESIDENT.value, col(Notice.recipient_id).in_(residents)
        )
        async with self._database.reading() as session:
            for who, order_id in await session.execute(orders.distinct()):
                told[Recipient(Role.RESIDENT, who)] = order_id
        return told

    async def _chosen(self, whom: Collection[Recipient]) -> dict[Recipient, Preferences]:
        key = tuple_(col(Preferences.recipient_role), col(Preferences.recipient_id))
        found = select(Preferences).where(key.in_([(one.role.value, one.id) for one in whom]))
        async with self._database.reading() as session:
            return {Recipient(Role(row.recipient_role), row.recipient_id): row for row in await session.scalars(found)}

    async def _told(self, whom: Mapping[Recipient, str]) -> dict[Recipient, Reach | None]:
        residents = [one for one in whom if one.role is Role.RESIDENT]
        servers = [one for one in whom if one.role in {Role.VOLUNTEER, Role.COORDINATOR}]
        of_orders = [ResidentOf(order_id=whom[one], resident_id=one.id) for one in residents]
        told: list[Reach | None] = []
        for some in _in_turn(of_orders):
            told += (await self._told_by(ResidentsToReach(residents=tuple(some)))).people
        told += await self._servers([ServerOf(role=one.role, id=one.id) for one in servers])
        return dict(zip([*residents, *servers], told, strict=True))

    async def _servers(self, asked: Sequence[ServerOf]) -> list[Reach | None]:
        told: list[Reach | None] = []
        for some in _in_turn(asked):
            told += (await self._told_by(ServersToReach(people=tuple(some)))).people
        return told

    async def _told_by(self, request: ResidentsToReach | ServersToReach) -> ReachTold:
        told = await self.ask(request)
        if not isinstance(told, ReachTold):
            raise Unavailable
        return told

    def _reached(self, one: Recipient, chosen: Preferences | None, told: Reach | None) -> Reached:
        is_known = told is not None or one.role not in _ASKED
        addresses = dict(self._desks.get(one, {}))
        if told is not None and told.phone:
            addresses[SMS] = told.phone
        if chosen is None:
            return Reached(addresses=addresses, is_known=is_known)
        wishes = Wishes.model_validate_json(chosen.wishes)
        if is_known:
            addresses |= self._opened(chosen)
        return Reached(wishes, addresses, is_known)

    def _opened(self, row: Preferences) -> dict[str, str]:
        if row.addresses is None:
            return {}
        told = self._vault.open_fields(row.recipient_id, row.addresses)
        return {name: one if isinstance(one, str) else json.dumps(one) for name, one in told.items()}


def _in_turn(asked: Sequence[T]) -> list[Sequence[T]]:
    return [asked[at : at + MOST] for at in range(0, len(asked), MOST)]
