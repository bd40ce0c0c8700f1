"""How people want to be reached is kept, their own addresses sealed; of whoever is gone nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.notifier.commands import Prefer, PutPreferences, Recipient
from services.notifier.models import Preferences
from services.notifier.policies.times import Wishes
from services.notifier.repository import Unit
from shared.contracts.refusal import Refusal
from shared.persistence.vault import Vault


class Preferring:
    """Keeps preferences."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def prefer(self, uow: Unit, commands: Sequence[Prefer]) -> list[Refusal | None]:
        """Take everything as it is said now; the last word counts."""
        for command in commands:
            await self._take(uow, command)
        return [None for _ in commands]

    async def forget(self, uow: Unit, people: Sequence[Recipient]) -> list[None]:
        """Keep nothing of these."""
        for one in people:
            await uow.repository.forget_preferences(one.role.value, one.id)
        return [None for _ in people]

    async def _take(self, uow: Unit, command: Prefer) -> None:
        role, who = command.recipient.role.value, command.recipient.id
        row = await uow.repository.preferences(role, who)
        if row is None:
            row = Preferences(recipient_role=role, recipient_id=who, changed_at=uow.now)
            uow.repository.add(row)
        kept = self._vault.open_fields(who, row.addresses) if row.addresses is not None else {}
        kept = _addresses(command.wishes, kept)
        row.wish(_wishes(command.wishes), self._vault.seal_fields(who, kept) if kept else None, uow.now)


def _wishes(told: PutPreferences) -> Wishes:
    quiet = told.quiet_hours
    return Wishes(
        channels=told.channels,
        quiet_from=quiet.from_ if quiet else None,
        quiet_until=quiet.to if quiet else None,
        urgent_at_night=told.urgent_at_night,
        digest=told.digest,
        muted=told.muted,
        language=told.language,
    )


def _addresses(told: PutPreferences, kept: dict[str, Any]) -> dict[str, Any]:
    if told.addresses is None:
        return kept
    said = {name: getattr(told.addresses, name) for name in told.addresses.model_fields_set}
    if (push := said.get("push")) is not None:
        said["push"] = push.model_dump()
    return {name: address for name, address in {**kept, **said}.items() if address is not None}
