"""Photos of what was done, for those it was done for: matcher keeps them and gives only those of that order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.intake.access.doors import Doors
from services.intake.policies.concerned import Right
from services.intake.queries import OrderFound
from shared.contracts.audit import Deed, What
from shared.contracts.photo_requests import PhotoAsked, PhotosAsked, PhotosTold, PhotoTold
from shared.identity.acting import who_of
from shared.identity.tokens import Caller


@dataclass(frozen=True)
class Photos:
    """Asks matcher. Raises ``NotFound`` for whom they are not, ``Unavailable`` while matcher is away."""

    doors: Doors
    lists: Callable[[PhotosAsked], Awaitable[PhotosTold]]
    gives: Callable[[PhotoAsked], Awaitable[PhotoTold]]

    async def of(self, found: OrderFound) -> tuple[str, ...]:
        """The ids of an order's photos."""
        self.doors.access.may(Right.PHOTOS, found)
        return (await self.lists(PhotosAsked(order_id=found.order_id))).photo_ids

    async def picture(self, found: OrderFound, photo_id: str) -> bytes:
        """One of them, a JPEG."""
        self.doors.access.may(Right.PHOTOS, found)
        return (await self.gives(PhotoAsked(order_id=found.order_id, photo_id=photo_id))).jpeg

    async def for_desk(self, reference: str, caller: Caller) -> tuple[str, ...]:
        """The ids of an order's photos, to a coordinator of its area."""
        found = await self.doors.order_within(reference, caller)
        return (await self.lists(PhotosAsked(order_id=found.order_id))).photo_ids

    async def look_at(self, reference: str, caller: Caller, photo_id: str) -> bytes:
        """One of them, a JPEG, to a coordinator of its area: a look like that at the order's words, and in the audit
        before anything is shown.
        """
        found = await self.doors.order_within(reference, caller)
        told = await self.gives(PhotoAsked(order_id=found.order_id, photo_id=photo_id))
        await self.doors.audit.note(Deed(who_of(caller), What.READ, found.order_id, field="photo"))
        return told.jpeg
