"""One's own letterbox, and how one wants to be reached: for volunteers, coordinators and departments, who come over
from matcher (``shared.web.handover``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.notifier.access import Doors
from services.notifier.access.masking import masked
from services.notifier.access.owning import Owner
from services.notifier.commands import APPRISE, FILE, Group, Prefer, PutPreferences, ReadNotice, Recipient
from services.notifier.policies.times import Wishes
from services.notifier.use_cases.reading import read_notices
from shared.contracts.refusal import Refusal
from shared.contracts.words import Role
from shared.web.errors import status_of
from shared.web.forms import Form, posted
from shared.web.i18n import current_reader
from shared.web.paging import After
from shared.web.templating import Pages, redirect

LETTERBOX, PREFERENCES = "/letterbox", "/preferences"
PEOPLE = (Role.VOLUNTEER, Role.COORDINATOR, Role.DEPARTMENT)
ROWS = 20
OWN = APPRISE[:-1]
"""Channels whose address people say themselves, in a field."""
GROUPS: Mapping[Role, tuple[Group, ...]] = {Role.VOLUNTEER: (Group.THANKS, Group.REMINDERS)}
"""What each may do without."""


def letterbox_routes(doors: Doors, pages: Pages) -> APIRouter:
    """``/letterbox`` and ``/preferences``."""
    router = APIRouter()

    @router.get(LETTERBOX)
    async def letterbox(request: Request, owner: Owner, cursor: After = None) -> Response:
        page = await doors.notices.letterbox(owner, cursor, ROWS, current_reader())
        context: dict[str, Any] = {"letters": page.items, "following": page.next}
        return pages.render(request, "letterbox.html", unread=await doors.notices.unread(owner), **context)

    @router.post(f"{LETTERBOX}/{{notice_id}}/read")
    async def read(owner: Owner, notice_id: str) -> Response:
        await doors.writer.do(read_notices, ReadNotice(notice_id, owner))
        return redirect(LETTERBOX)

    async def shown(
        request: Request, owner: Recipient, form: Form | None, status: int = 200, *, saved: bool
    ) -> Response:
        wishes, addresses = await doors.reaching.wishes(owner)
        available = [name for name in doors.order.names if name != FILE]
        context: dict[str, Any] = {
            "form": form or _form_of(wishes),
            "saved": saved,
            "available": available,
            "own": [name for name in OWN if name in available],
            "addresses": masked(addresses),
            "groups": GROUPS.get(owner.role, ()),
        }
        return pages.render(request, "preferences.html", status=status, **context)

    @router.get(PREFERENCES)
    async def preferences(request: Request, owner: Owner, saved: bool = False) -> Response:
        return await shown(request, owner, None, saved=saved)

    @router.post(PREFERENCES)
    async def prefer(request: Request, owner: Owner) -> Response:
        form = await posted(request)
        try:
            await doors.writer.do(doors.preferring.prefer, Prefer(owner, _read(form)))
        except Refusal as refusal:
            return await shown(request, owner, form.refused(refusal), status_of(refusal), saved=False)
        return redirect(f"{PREFERENCES}?saved=true")

    return router


def _read(form: Form) -> PutPreferences:
    """The form as the command; an address that is not said stays, one that is ticked is forgotten. Raises
    ``FormInvalid``.
    """
    forgotten = set(form.values.get("forget[]", ())) & set(OWN)
    kept = {name: told for name, told in form.values.items() if name not in {"forget[]", "own_channels"}}
    if not form.has("own_channels", "true"):
        kept.pop("channels[]", None)
    wishes = replace(form, values=kept).read(PutPreferences)
    if not forgotten:
        return wishes
    said = wishes.addresses.model_dump(exclude_unset=True) if wishes.addresses else {}
    return PutPreferences.model_validate(
        {**wishes.model_dump(by_alias=True, exclude={"addresses"}), "addresses": said | dict.fromkeys(forgotten)}
    )


def _form_of(wishes: Wishes) -> Form:
    """What is wished now, as the form has it."""
    told: dict[str, tuple[str, ...]] = {"muted[]": tuple(wishes.muted), "language": (wishes.language or "",)}
    if wishes.quiet_from is not None and wishes.quiet_until is not None:
        told["quiet_hours.from"] = (f"{wishes.quiet_from:%H:%M}",)
        told["quiet_hours.to"] = (f"{wishes.quiet_until:%H:%M}",)
    if wishes.channels is not None:
        told |= {"own_channels": ("true",), "channels[]": tuple(wishes.channels)}
    for name in ("urgent_at_night", "digest"):
        if getattr(wishes, name):
            told[name] = ("true",)
    return Form(told)
