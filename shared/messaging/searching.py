"""A service's audit, searched by whoever asks over the broker: ops sit at one service and look at all three."""

from __future__ import annotations

from shared.contracts.audit import AuditRow, DeedsWanted
from shared.contracts.audit_requests import SEARCH_AUDIT, AuditFound, SearchAudit
from shared.messaging.requests import Answers
from shared.persistence.finding_deeds import Deeds


async def search(deeds: Deeds, wanted: DeedsWanted) -> AuditFound:
    """The newest rows of one audit that fit. Raises the errors of the database."""
    rows = await deeds.find(wanted)
    return AuditFound(rows=tuple(AuditRow.model_validate(row, from_attributes=True) for row in rows))


def searched(service: str, deeds: Deeds) -> Answers | None:
    """The door through which a service's audit is searched; None for the one that asks."""
    if (request := SEARCH_AUDIT.get(service)) is None:
        return None
    answers = Answers(service)

    @answers.on(request)
    async def find(asked: SearchAudit) -> AuditFound:
        return await search(deeds, asked.wanted)

    return answers
