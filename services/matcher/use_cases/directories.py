"""The index this process pairs from: decrypted once at the start, then kept by what changed. It is a hint; the
database stays the arbiter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from services.matcher.models.personal import Personal
from services.matcher.policies.candidates import Candidates
from services.matcher.policies.eligibility import Load, Member
from services.matcher.policies.windows import Span
from services.matcher.repository import Repository
from shared.community.definition import Community
from shared.identity.marks import Marks
from shared.persistence.vault import Vault

log = structlog.get_logger()

CHUNK = 10_000
"""People read at a time."""


class Directories:
    """Holds the index of candidates, as of a revision of the roster that was committed.

    ``marks``: by which a party to a matter is recognised; without it nobody is.
    """

    def __init__(self, rules: Community, vault: Vault, marks: Marks | None = None) -> None:
        self._rules = rules
        self._vault = vault
        self._marks = marks
        self._candidates = Candidates(rules)
        self._unsure: set[str] = set()
        self._seen_by: Repository | None = None

    async def member(self, repository: Repository, volunteer_id: str) -> Member | None:
        """One volunteer as the database has them now, for showing; the index is left alone."""
        found = await self._members(repository, await repository.known({volunteer_id}))
        return next(iter(found), None)

    def learn(self, carried: Mapping[str, Load]) -> None:
        """What volunteers carry after a commit. Windows are the database's to compare."""
        for volunteer_id, load in carried.items():
            self._candidates.note(volunteer_id, load)

    async def current(self, repository: Repository) -> Candidates:
        """The index of the roster as this unit of work sees it; another process may have changed it.

        What a unit that raises the revision changes is looked at again by the next unit: it may not be committed.
        """
        if self._seen_by is not repository:
            self._seen_by = repository
            await self._look_again(repository)
        revision = await repository.revision()
        if revision == self._candidates.revision:
            return self._candidates
        if not self._candidates.revision and not repository.raised:
            await self._load(repository)
        else:
            await self._follow(repository)
        if not repository.raised:
            self._candidates.revision = revision
        return self._candidates

    async def _look_again(self, repository: Repository) -> None:
        unsure, self._unsure = self._unsure, set()
        if not unsure:
            return
        found = await self._members(repository, await repository.known(unsure))
        for member in found:
            self._candidates.put(member)
        for volunteer_id in unsure - {member.volunteer_id for member in found}:
            self._candidates.remove(volunteer_id)

    async def _load(self, repository: Repository) -> None:
        """Everybody, at the start, with what they carry."""
        members: list[Member] = []
        after = ""
        while rows := await repository.changed_since(0, after, CHUNK):
            members += await self._members(repository, rows)
            after = rows[-1].volunteer_id
            log.info("directory.loading", volunteers=len(members))
        loads = await repository.loads()
        for load in loads.values():
            load.busy.clear()  # compared by the database alone
        self._candidates = Candidates(self._rules, members, loads)
        log.info("directory.loaded", volunteers=len(self._candidates))

    async def _follow(self, repository: Repository) -> None:
        """Those who changed since."""
        after = ""
        while rows := await repository.changed_since(self._candidates.revision, after, CHUNK):
            members = await self._members(repository, rows)
            for member in members:
                self._candidates.put(member)
            for gone in {row.volunteer_id for row in rows} - {member.volunteer_id for member in members}:
                self._candidates.remove(gone)
            if repository.raised:
                self._unsure.update(row.volunteer_id for row in rows)
            after = rows[-1][0]

    async def _members(self, repository: Repository, rows: Sequence[Any]) -> list[Member]:
        """Those of these rows whom anything may reach."""
        there = [row for row in rows if row.left_at is None and row.suspended_at is None]
        claims = await repository.claims_of([row.volunteer_id for row in there])
        return [self._member(row, claims.get(row.volunteer_id, {})) for row in there]

    def _member(self, row: Any, claims: dict[str, bool]) -> Member:
        personal = Personal.opened(self._vault, row.volunteer_id, row.sealed)
        return Member(
            row.volunteer_id,
            personal.home,
            personal.free_hours(self._rules),
            claims,
            capacity=row.capacity,
            on_duty=row.on_duty,
            daily_offers=row.daily_offers,
            urgent_at_work=row.urgent_at_work,
            absences=tuple(Span(absence.from_, absence.to) for absence in personal.absences),
            unit=personal.unit,
            profession=personal.profession,
            marks=self._marks_of(personal),
            kind=personal.kind,
        )

    def _marks_of(self, personal: Personal) -> frozenset[str]:
        if self._marks is None:
            return frozenset()
        return frozenset({self._marks.of_name(personal.name), self._marks.of_phone(personal.phone)})
