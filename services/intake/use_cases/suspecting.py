"""What is counted of new orders, so that somebody looks first at what looks like spam."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from services.intake.models import Order, Sighting
from services.intake.policies.suspicion import COUNTED, SpamLimits, looks_like_spam, too_often
from services.intake.repository import Unit
from services.intake.use_cases.new_orders import NewOrder
from shared.community.catalogue import Mode
from shared.community.definition import Community
from shared.contracts.words import Role
from shared.persistence.vault import Vault


@dataclass(frozen=True)
class Lately:
    """What was counted in the last hour, as keyed hashes: orders of a phone; places and words of orders."""

    phones: Counter[str]
    sightings: Counter[str]


class Suspecting:
    """Counts by keyed hashes alone; what was said is kept nowhere but in the order's sealed contact."""

    def __init__(self, rules: Community, vault: Vault, limits: SpamLimits) -> None:
        self._rules = rules
        self._vault = vault
        self._limits = limits

    async def lately(self, uow: Unit, commands: Sequence[NewOrder], phones: Set[str]) -> Lately:
        """What the database has of what these orders are counted by; ``phones``: their prints."""
        since = uow.now - COUNTED
        seen = {one for command in commands for one in self._seen(command)}
        return Lately(
            Counter(await uow.repository.orders_lately(phones, since) if phones else {}),
            Counter(await uow.repository.sightings(seen, since) if seen else {}),
        )

    def suspects(self, command: NewOrder, phone: str | None, lately: Lately) -> bool:
        """Whether somebody looks at it before volunteers are asked; it counts for those after it."""
        seen = self._seen(command)
        before, often = lately.phones[phone] if phone else 0, too_often(seen, lately.sightings)
        lately.phones.update([phone] if phone else [])
        lately.sightings.update(seen.keys())
        return not _was_looked_at(command) and (often or looks_like_spam(command.details, before, self._limits))

    def sightings(self, uow: Unit, order: Order, command: NewOrder) -> list[Sighting]:
        """The rows by which it counts for others."""
        return [Sighting(print=one, order_id=order.order_id, seen_at=uow.now) for one in self._seen(command)]

    def _seen(self, command: NewOrder) -> Mapping[str, int]:
        """What an order is counted by beside its phone, as keyed hashes with their limits: not what a coordinator
        brings, nor what a whole neighbourhood may ask for.
        """
        service, areas = self._rules.services_by_code.get(command.service), self._rules.areas
        if _was_looked_at(command) or service is None or service.mode is Mode.PUBLIC_SPACE:
            return {}
        if not areas.knows(command.area):
            return {}
        seen = self._limits.seen(command.area, areas.grid_of(command.area) or command.area, command.details)
        return {self._vault.fingerprint(f"seen:{what}"): most for what, most in seen.items()}


def _was_looked_at(command: NewOrder) -> bool:
    """Whether a coordinator took it down, brought it in a table or divided it."""
    return command.by is Role.COORDINATOR or bool(command.external_id or command.split_from)
