"""Who holds the coordinators' offices comes in as one list that replaces the one before it.

Whoever is replaced, or has another phone, is signed out everywhere: what their office had is void from then on. That is
done before the commit, so that it is never forgotten, and once more after it, for who signed in meanwhile.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from services.matcher.models import Incumbent
from services.matcher.models.incumbents import Person
from services.matcher.repository import Repository, Unit
from shared.community.incumbents import Incumbent as Row
from shared.contracts.audit import Deed, What, Who
from shared.persistence.group_commit import GroupCommit
from shared.persistence.vault import Vault

Ends = Callable[[Sequence[str]], Awaitable[None]]
"""Makes every token and session of these coordinators void, in all services."""


@dataclass(frozen=True)
class SeatCoordinators:
    """The whole list, found valid by itself; ``by`` brings it."""

    rows: Sequence[Row]
    by: Who


@dataclass(frozen=True)
class Seated:
    """How many offices are held now, how many of them by somebody new or with another phone, and how many no more.
    ``over``: the ids of those that somebody had before in another way.
    """

    coordinators: int
    changed: int
    removed: int
    over: tuple[str, ...] = ()


class Seating:
    """Keeps the list of one community, personal fields sealed under each coordinator's id."""

    def __init__(self, vault: Vault, ends: Ends) -> None:
        self._vault = vault
        self._ends = ends

    async def seat(self, writer: GroupCommit[Repository], command: SeatCoordinators) -> Seated:
        """Replace the list, and sign out again who was let in while it was. Raises ``Unavailable``."""
        seated = await writer.do(self.seat_coordinators, command)
        if seated.over:
            await self._ends(seated.over)
        return seated

    async def seat_coordinators(self, uow: Unit, commands: Sequence[SeatCoordinators]) -> list[Seated]:
        """Replace the list. Sessions end before it is committed: one that ends too early is only opened again."""
        return [await self._seat(uow, command) for command in commands]

    async def _seat(self, uow: Unit, command: SeatCoordinators) -> Seated:
        known = await uow.repository.incumbents()
        people = {row.coordinator_id: Person(name=row.name, phone=row.phone) for row in command.rows}
        before = {one: Person.opened(self._vault, one, row.sealed) for one, row in known.items()}
        changed = [one for one, person in people.items() if before.get(one) != person]
        removed = [one for one in known if one not in people]
        await uow.repository.seat([self._incumbent(one, people[one], uow) for one in changed])
        await uow.repository.unseat(removed)
        if over := tuple(one for one in (*changed, *removed) if one in known):
            uow.finish_with(partial(self._ends, over))
        uow.audit(Deed(command.by, What.IMPORTED, field="coordinators"))
        return Seated(coordinators=len(people), changed=len(changed), removed=len(removed), over=over)

    def _incumbent(self, coordinator_id: str, person: Person, uow: Unit) -> Incumbent:
        return Incumbent(
            coordinator_id=coordinator_id,
            sealed=person.sealed(self._vault, coordinator_id),
            phone_fingerprint=self._vault.fingerprint(person.phone),
            seated_at=uow.now,
        )
