"""At its start a service sees whether the community's definition is another than before: a row of the audit, with its
source and digest. Who changed a file cannot be known; the row says when it came to be followed.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from shared.community.digesting import digest_of
from shared.contracts.audit import SYSTEM, AuditRow, Deed, DeedsWanted, What
from shared.contracts.refusal import Unavailable
from shared.persistence.auditing import Auditing
from shared.persistence.finding_deeds import Deeds

log = structlog.get_logger()

DEFINITION = "definition"
PAUSE_SECONDS = 1.0


class DefinitionNoted:
    """Notes a changed definition once. One service does it for all: they follow the same files."""

    def __init__(self, source: Path, deeds: Deeds, audit: Auditing) -> None:
        self._source = source
        self._deeds = deeds
        self._audit = audit
        self._digest = digest_of(source)

    async def run(self) -> None:
        """Until it is known."""
        while True:
            try:
                return await self.note()
            except Unavailable:  # the database is busy: in a moment
                await asyncio.sleep(PAUSE_SECONDS)

    async def note(self) -> None:
        """Chain a row where the last one tells of another digest. Raises ``Unavailable`` and errors of the database."""
        if self._digest is None:
            return
        changed = Deed(SYSTEM, What.EDITED, "", self._source.name, DEFINITION, self._digest)
        wanted = DeedsWanted(person=changed.subject, what=What.EDITED.value, most=1)
        known = [AuditRow.model_validate(row, from_attributes=True) for row in await self._deeds.find(wanted)]
        if [one.reason for one in known] != [self._digest]:
            await self._audit.note(changed)
            log.info("definition.noted", digest=self._digest)
