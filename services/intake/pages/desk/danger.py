"""What residents reported of a danger, on top of everything else about the order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.intake.access import Doors
from services.intake.pages.danger import KINDS
from services.intake.pages.desk.page import Section, Seen
from shared.web.i18n import gettext


def danger_section(doors: Doors) -> Section:
    """The reports, the newest first; left out where there are none. They are answered on the desk."""

    async def shows(seen: Seen) -> Mapping[str, Any] | None:
        reported = await doors.incidents.of(seen.order.order_id)
        return {"reported": [(gettext(KINDS[one.kind]), one) for one in reported]} if reported else None

    return Section("danger", shows)
