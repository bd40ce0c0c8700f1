"""Coordinators look at an order, and at whom to reach: each look is in the audit before anything is shown."""

from __future__ import annotations

from services.intake.access.doors import Doors
from services.intake.commands import RevealContact, RevealedPart, RevealReason
from services.intake.queries import OrderFound
from services.intake.queries.calls import ToCallView
from services.intake.queries.desk import DeskOrderView, ReachView
from shared.contracts.audit import Deed, What
from shared.identity.acting import who_of
from shared.identity.tokens import Caller


async def read_order(doors: Doors, found: OrderFound, caller: Caller) -> DeskOrderView:
    """An order with its words, contacts masked."""
    await doors.audit.note(Deed(who_of(caller), What.READ, found.order_id))
    return await doors.desk_view(found)


async def reveal_contact(doors: Doors, found: OrderFound, caller: Caller, wish: RevealContact) -> ReachView:
    """A name and a number in full. Raises ``NotFound`` when nobody is named."""
    shown = await doors.desk.reveal(found.order_id, wish.part)
    await _note_reveal(doors, caller, found, wish.part, wish.reason)
    return shown


async def reveal_to_call(doors: Doors, found: OrderFound, caller: Caller, call_id: str) -> ToCallView:
    """Whom to call, in full. Raises ``NotFound`` when nobody is named, or the call is no longer needed."""
    shown = await doors.calls.reveal(call_id)
    await _note_reveal(doors, caller, found, RevealedPart.CONTACT, RevealReason.CALL_BACK)
    return shown


async def _note_reveal(
    doors: Doors, caller: Caller, found: OrderFound, part: RevealedPart, reason: RevealReason
) -> None:
    deed = Deed(who_of(caller), What.REVEALED, found.order_id, field=part.value, reason=reason.value)
    await doors.audit.note(deed)
