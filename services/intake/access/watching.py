"""Who looks at contacts is looked at: by the coordinators of the area and those above."""

from __future__ import annotations

from services.intake.access.doors import Doors
from services.intake.access.ending import own_area
from services.intake.queries.watched import WatchedView
from shared.contracts.audit import Deed, What
from shared.identity.acting import who_of
from shared.identity.tokens import Caller
from shared.web.paging import Page, as_it_is, page_of, place_of


async def looks_page(
    doors: Doors, caller: Caller, area: str | None, cursor: str | None, limit: int
) -> Page[WatchedView]:
    """Looks and alerts in a coordinator's area, the newest first. That they asked is a deed too. Raises ``NotFound``
    for another's area, ``CursorBroken``.
    """
    within = own_area(doors, caller, area)
    before = int(place_of(cursor, int)[0] or 0) if cursor else None
    await doors.audit.note(Deed(who_of(caller), What.SEARCHED, field="looks"))
    rows = await doors.queries.watched.within(within, before, limit + 1)
    return page_of(rows, limit, as_it_is, lambda row: (row.sequence,))
