"""Notifier's JSON door to the audits of all three services; for ops alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from services.notifier.access import Doors
from services.notifier.access.auditing import search_audits
from services.notifier.queries.audit import DeedsPage, DeedsSought
from shared.contracts.audit import What
from shared.web.callers import OpsCaller
from shared.web.paging import After, Limit

Id = Annotated[str, Query(max_length=128)]


def _sought(
    person: Annotated[str, Query(max_length=128, description="Who did it, or whom it is about: an opaque id.")] = "",
    order: Annotated[str, Query(max_length=128, description="An order's id or reference.")] = "",
    what: What | None = None,
    service: Annotated[str, Query(max_length=20, description="Of one service's audit alone.")] = "",
    since: Annotated[AwareDatetime | None, Query(description="Wall time.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Wall time; not included.")] = None,
) -> DeedsSought:
    return DeedsSought(person.strip(), order.strip(), what, service, since, until)


Sought = Annotated[DeedsSought, Depends(_sought)]


def audit_doors(doors: Doors) -> APIRouter:
    """``/audit``."""
    router = APIRouter(prefix="/audit", tags=["operations"])

    @router.get("")
    async def audit(ops: OpsCaller, sought: Sought, cursor: After = None, limit: Limit = 50) -> DeedsPage:
        """Who did or tried what, in all three services, the newest first; the search is a deed itself."""
        return await search_audits(doors, ops, sought, cursor, limit)

    return router
