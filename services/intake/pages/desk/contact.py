"""Whom to reach: masked until a coordinator says why they need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.intake.access.looking import reveal_contact
from services.intake.commands import RevealContact, RevealedPart, RevealReason
from services.intake.pages.desk.page import ADDRESS, DeskPage, Section, Seen
from shared.contracts.refusal import Refusal
from shared.identity.tokens import Caller
from shared.web.errors import status_of
from shared.web.forms import posted
from shared.web.i18n import gettext, msgid

_CONTACT = "contact"
REASONS: Mapping[RevealReason, str] = {
    RevealReason.ARRANGE: msgid("To arrange when and how"),
    RevealReason.CALL_BACK: msgid("They do not read messages, or asked for a call"),
    RevealReason.VISIT: msgid("For a visit"),
    RevealReason.COMPLAINT: msgid("Because of a complaint"),
    RevealReason.EMERGENCY: msgid("Somebody is in danger"),
}


def contact_section() -> Section:
    """Who ordered and whom it is for. ``revealed``: what was asked to be seen just now, by part."""

    async def shows(seen: Seen) -> Mapping[str, Any] | None:
        reasons = [(reason.value, gettext(text)) for reason, text in REASONS.items()]
        parts = {RevealedPart.CONTACT: seen.order.contact, RevealedPart.PERSON: seen.order.person}
        return {"reasons": reasons, "people": {part.value: reach for part, reach in parts.items() if reach}}

    return Section(_CONTACT, shows)


def contact_routes(page: DeskPage) -> APIRouter:
    """``/reveal`` answers the page itself: what it shows is in no address and nothing to come back to."""
    router = APIRouter(prefix=ADDRESS)

    @router.post("/reveal")
    async def reveal(request: Request, reference: str, caller: Caller = page.coordinator) -> Response:
        found, form = await page.doors.order_within(reference, caller), await posted(request)
        try:
            asked = form.read(RevealContact)
            reach = await reveal_contact(page.doors, found, caller, asked)
        except Refusal as refusal:
            return await page.show(request, caller, found, {_CONTACT: form.refused(refusal)}, status_of(refusal))
        return await page.show(request, caller, found, revealed={asked.part.value: reach})

    return router
