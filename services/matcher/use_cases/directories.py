"""The directory this process pairs from: decrypted once for every version of the roster, kept in memory."""

from __future__ import annotations

import structlog

from services.matcher.policies.directory import Directory
from services.matcher.policies.eligibility import Member
from services.matcher.repository import Repository
from shared.community.definition import Community
from shared.community.hours import WeekHours
from shared.persistence.vault import Vault

log = structlog.get_logger()


class Directories:
    """Holds the directory of the roster that is in the database. The database stays the arbiter."""

    def __init__(self, rules: Community, vault: Vault) -> None:
        self._rules = rules
        self._vault = vault
        self._directory = Directory(rules, ())

    async def current(self, repository: Repository) -> Directory:
        """The directory of the roster as this unit of work sees it; another process may have imported one."""
        version = await repository.roster_version()
        if version != self._directory.version:
            self._directory = await self._load(repository, version)
            log.info("directory.loaded", volunteers=len(self._directory))
        return self._directory

    async def _load(self, repository: Repository, version: str) -> Directory:
        claims = await repository.claims()
        members = []
        for volunteer_id, sealed in await repository.sealed_members():
            fields = self._vault.open_fields(volunteer_id, sealed)
            hours = WeekHours.parse(fields["hours"])
            members.append(Member(volunteer_id, fields["home"], hours, claims.get(volunteer_id, {})))
        return Directory(self._rules, members, version)
