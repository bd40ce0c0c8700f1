"""How one wants to be reached, and what is known of it."""

from __future__ import annotations

from fastapi import APIRouter

from services.notifier.access import Doors
from services.notifier.access.masking import masked
from services.notifier.access.owning import Owner
from services.notifier.commands import Prefer, PutPreferences, QuietHours, Recipient
from services.notifier.queries.views import PreferencesView


def preference_doors(doors: Doors) -> APIRouter:
    """``/api/preferences``."""
    router = APIRouter(prefix="/preferences", tags=["letterbox"])

    async def shown(owner: Recipient) -> PreferencesView:
        wishes, addresses = await doors.reaching.wishes(owner)
        quiet = None
        if wishes.quiet_from is not None and wishes.quiet_until is not None:
            quiet = QuietHours(from_=wishes.quiet_from, to=wishes.quiet_until)
        return PreferencesView(
            channels=wishes.channels,
            quiet_hours=quiet,
            urgent_at_night=wishes.urgent_at_night,
            digest=wishes.digest,
            muted=sorted(wishes.muted),
            language=wishes.language,
            addresses=masked(addresses),
            available=list(doors.order.names),
            push_key=doors.push_key,
        )

    @router.get("")
    async def preferences(owner: Owner) -> PreferencesView:
        """How I want to be reached; my own addresses masked."""
        return await shown(owner)

    @router.put("")
    async def prefer(owner: Owner, wishes: PutPreferences) -> PreferencesView:
        """Take all of it as I say it now; addresses I do not name stay as they are."""
        await doors.writer.do(doors.preferring.prefer, Prefer(owner, wishes))
        return await shown(owner)

    return router
