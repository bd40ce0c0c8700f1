"""The roster comes in: volunteers and their claims, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.matcher.repository import Unit
from services.matcher.use_cases.directories import Directories
from shared.community.definition import Community
from shared.community.roster import RosterFault, RosterInvalid, RosterRow
from shared.community.roster_faults import RosterRule
from shared.contracts.refusal import Refusal
from shared.persistence.vault import Vault

ROSTER = "roster"
"""The topic of whoever watches the roster."""

HEADER_ROWS = 1


@dataclass(frozen=True)
class ImportRoster:
    """A roster that was read and found valid by itself; ``by`` is the importing coordinator."""

    rows: Sequence[RosterRow]
    by: str


@dataclass(frozen=True)
class Imported:
    """How many volunteers are new, and how many were known."""

    created: int
    updated: int


class Enrolling:
    """Keeps the roster of one community, personal fields sealed under each volunteer's id."""

    def __init__(self, rules: Community, vault: Vault, directories: Directories) -> None:
        self._rules = rules
        self._vault = vault
        self._directories = directories

    async def settle_in(self, uow: Unit, commands: Sequence[None]) -> list[Refusal | None]:
        """At the start: the definition's posts into the database, the roster into memory."""
        await self._sync_posts(uow)
        await self._directories.current(uow.repository)
        return [None for _ in commands]

    async def import_rosters(self, uow: Unit, commands: Sequence[ImportRoster]) -> list[Imported | Refusal]:
        """Add and update volunteers; nobody is removed. Refusals: ``RosterInvalid`` when a phone number belongs to
        somebody else who is on the roster already.
        """
        return [await self._import(uow, command) for command in commands]

    async def _import(self, uow: Unit, command: ImportRoster) -> Imported | Refusal:
        prints = {row.volunteer_id: self._vault.fingerprint(row.phone) for row in command.rows}
        known = await uow.repository.fingerprints()
        refusal = _phones_of_others(command.rows, prints, known)
        if refusal is not None:
            return refusal
        before = {volunteer_id: fingerprint for fingerprint, volunteer_id in known.items()}
        updated = before.keys() & prints.keys()
        moving = [volunteer_id for volunteer_id in updated if before[volunteer_id] != prints[volunteer_id]]
        await uow.repository.save_volunteers(
            [
                self._volunteer(row, prints[row.volunteer_id], position)
                for position, row in enumerate(command.rows, start=1)
            ],
            moving,
        )
        await self._sync_posts(uow)  # the start may not have come to it yet
        await uow.repository.save_claims([claim for row in command.rows for claim in _claims(row)])
        await uow.repository.save_roster(uow.new_id(), uow.now, command.by)
        uow.announce(ROSTER)
        return Imported(created=len(prints) - len(updated), updated=len(updated))

    async def _sync_posts(self, uow: Unit) -> None:
        await uow.repository.save_posts([post.model_dump() for post in self._rules.posts])

    def _volunteer(self, row: RosterRow, fingerprint: str, position: int) -> dict[str, Any]:
        personal = {
            "name": row.name,
            "phone": row.phone,
            "kind": row.kind.value,
            "unit": row.unit,
            "profession": row.profession,
            "home": row.home,
            "hours": row.free_hours(self._rules).hex,
        }
        return {
            "volunteer_id": row.volunteer_id,
            "sealed": self._vault.seal_fields(row.volunteer_id, personal),
            "phone_fingerprint": fingerprint,
            "on_duty": row.on_duty,
            "capacity": row.capacity,
            "position": position,
        }


def _claims(row: RosterRow) -> list[dict[str, Any]]:
    return [
        {"post_id": post_id, "volunteer_id": row.volunteer_id, "vetted": post_id in row.vetted_posts}
        for post_id in row.posts
    ]


def _phones_of_others(rows: Sequence[RosterRow], prints: dict[str, str], known: dict[str, str]) -> RosterInvalid | None:
    """Phones that somebody outside of this roster has."""
    faults = [
        RosterFault(number, "phone", RosterRule.GIVEN_TWICE)
        for number, row in enumerate(rows, start=1 + HEADER_ROWS)
        if known.get(prints[row.volunteer_id], row.volunteer_id) not in prints
    ]
    return RosterInvalid(faults) if faults else None
