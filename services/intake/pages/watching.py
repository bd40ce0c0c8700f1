"""Looks and alerts: who was shown the contact of which order, when and why, within a coordinator's area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.intake.access import Doors
from services.intake.access.watching import looks_page
from services.intake.pages.desk.contact import REASONS
from shared.community.definition import Community
from shared.contracts.audit import What
from shared.identity.tokens import Caller
from shared.web.i18n import gettext, msgid
from shared.web.paging import MOST
from shared.web.templating import Pages
from shared.web.wording import place_name

ADDRESS = "/looks"

_WHAT: Mapping[str, str] = {
    What.REVEALED.value: msgid("Saw a contact in full"),
    What.FETCHED.value: msgid("Was given a contact to serve the order"),
    What.ALERTED.value: msgid("Alert: more than is usual"),
}
_RULES: Mapping[str, str] = {
    "reveals": msgid("contacts of many orders shown in full to one person"),
    "reads": msgid("many orders opened by one person"),
    "fetches": msgid("contacts of many orders given to one person"),
    "lookups": msgid("one person looking for what is not theirs"),
    "refusals": msgid("one person at doors that are closed to them"),
    "held": msgid("many orders in one grid that look like spam"),
}
_REASONS: Mapping[str, str] = {reason.value: text for reason, text in REASONS.items()}


def _said(words: Mapping[str, str], code: str) -> str:
    """A code in the reader's language; one nobody knows as it is written."""
    return gettext(words[code]) if code in words else code


def watching_pages(doors: Doors, rules: Community, pages: Pages) -> APIRouter:
    """``/looks``."""
    router = APIRouter()
    coordinator: Any = Depends(doors.coordinator)

    @router.get(ADDRESS)
    async def looks(
        request: Request,
        area: Annotated[str | None, Query(max_length=64)] = None,
        cursor: Annotated[str | None, Query(max_length=1000)] = None,
        caller: Caller = coordinator,
    ) -> Response:
        listed = await looks_page(doors, caller, area, cursor, MOST)
        known = {row.area for row in listed.items if rules.areas.knows(row.area)}
        return pages.render(
            request,
            "looks.html",
            rows=listed.items,
            following={"cursor": listed.next, **({"area": area} if area else {})} if listed.next else None,
            places={code: place_name(rules.areas, code) for code in known},
            what_said=lambda code: _said(_WHAT, code),
            rule_said=lambda code: _said(_RULES, code),
            reason_said=lambda code: _said(_REASONS, code),
        )

    return router
