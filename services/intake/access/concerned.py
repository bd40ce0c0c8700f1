"""What each who is concerned in an order does with it, by their part in it; and what coordinators do for them."""

from __future__ import annotations

from dataclasses import replace

from services.intake.access.doors import Doors
from services.intake.commands import CancelOrder, ReviewOrder
from services.intake.commands.concerning import Answer, ConcernOther, JoinOrder
from services.intake.models import Resident
from services.intake.policies.concerned import Right
from services.intake.queries import OrderFound
from services.intake.queries.desk import DeskOrderView
from services.intake.queries.views import OrderView, PlacedView
from services.intake.use_cases.consenting import Consent
from services.intake.use_cases.joining import Joining, Leaving, leave_orders
from services.intake.use_cases.judging import Verdict
from services.intake.use_cases.merging import Merge
from shared.contracts.words import Part
from shared.identity.acting import who_of
from shared.identity.tokens import Caller


async def withdraw(doors: Doors, found: OrderFound, wish: CancelOrder) -> OrderView:
    """Withdraw the order, or leave it where it is somebody else's."""
    doors.access.may(Right.WITHDRAW, found)
    if found.resident_id is None:
        return await doors.change(doors.use_cases.changing.cancel_orders, found, wish)
    await doors.use_cases.writer.do(leave_orders, Leaving(found.order_id, found.resident_id))
    return await doors.view_for(replace(found, left=True))


async def review(doors: Doors, found: OrderFound, wish: ReviewOrder) -> OrderView:
    """Take somebody's own verdict."""
    doors.access.may(Right.REVIEW, found)
    if found.resident_id is None:
        return await doors.change(doors.use_cases.changing.review_orders, found, wish)
    verdict = Verdict(found.order_id, found.resident_id, wish)
    await doors.use_cases.writer.do(doors.use_cases.judging.give_verdicts, verdict)
    return await doors.view_for(found)


async def give_consent(doors: Doors, found: OrderFound, wish: Answer) -> OrderView:
    """Take a party's answer."""
    doors.access.may(Right.CONSENT, found)
    consent = Consent(found.order_id, found.person_id, wish)
    await doors.use_cases.writer.do(doors.use_cases.consenting.answer_parties, consent)
    return await doors.view_for(found)


async def join_order(doors: Doors, wish: JoinOrder) -> PlacedView:
    """Have the same matter as a similar order, with a tracking token of one's own. Raises ``NoNewWork`` while nothing
    new is taken.
    """
    doors.admission.check()
    command = Joining(doors.suggestions.tokens.order_of(wish.join_token), wish.contact)
    joined = await doors.use_cases.writer.do(doors.use_cases.joining.join_orders, command)
    return doors.views.placed(joined.order, doors.tracking.of(joined.resident.resident_id))


async def merge_into(doors: Doors, found: OrderFound, reference: str, caller: Caller) -> DeskOrderView:
    """End an order in favour of another of the coordinator's area, and show that one."""
    into = await doors.order_within(reference.strip().upper(), caller)
    await doors.use_cases.writer.do(
        doors.use_cases.merging.merge_orders, Merge(found.order_id, into.order_id, who_of(caller))
    )
    return await doors.desk_view(into)


async def add_resident(doors: Doors, found: OrderFound, wish: ConcernOther, part: Part, caller: Caller) -> Resident:
    """Have a coordinator add somebody to an order."""
    command = Joining(found.order_id, wish.contact, part, who_of(caller))
    joined = await doors.use_cases.writer.do(doors.use_cases.joining.join_orders, command)
    return joined.resident
