"""Ops look at what everybody did, and that they looked is in the audit as well."""

from __future__ import annotations

from services.notifier.access import Doors
from services.notifier.queries.audit import DeedsPage, DeedsSought
from shared.contracts.audit import Deed, What
from shared.identity.acting import who_of
from shared.identity.tokens import Caller


async def search_audits(doors: Doors, ops: Caller, sought: DeedsSought, cursor: str | None, limit: int) -> DeedsPage:
    """One page of the three audits. Raises ``CursorBroken``; ``Unavailable`` where the search cannot be noted."""
    page = await doors.audits.page(sought, cursor, limit)
    if cursor is None:  # what follows is the same search
        field = sought.what.value if sought.what else ""
        await doors.audit.note(Deed(who_of(ops), What.SEARCHED, sought.order, sought.person, field))
    return page
