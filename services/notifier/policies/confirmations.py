"""Which fact is confirmed to whom: the confirmation table (invariant I4).

A resident's id is the order's, a volunteer's their own, a coordinator's the code of the area. ``kind`` is the
event's name, apart from two that no event is named after: ``offer_withdrawn`` (the order was taken, escalated or
cancelled while one's offer was open) and ``assignment_ended`` (somebody else goes on with the leg).
"""

from __future__ import annotations

from dataclasses import dataclass

from services.notifier.policies.involvement import NOBODY, Asked, Concerned, Serving
from shared.contracts import intake, matcher
from shared.contracts.envelope import Event, OrderEvent
from shared.contracts.words import Role

OFFER_WITHDRAWN = "offer_withdrawn"
ASSIGNMENT_ENDED = "assignment_ended"

RESIDENT_HEARS: frozenset[type[OrderEvent]] = frozenset(
    {
        intake.OrderPlaced,
        intake.OrderCancelled,
        intake.OrderReopened,
        intake.OrderClosed,
        matcher.LegAssigned,
        matcher.LegHandedBack,
        matcher.OrderEscalated,
        matcher.OrderDone,
    }
)
"""Every change a resident should hear of: one notice each."""


@dataclass(frozen=True)
class Intent:
    """One message to one person about one step; (order, kind, version, role, recipient) is unique.

    ``version`` is the event's; that of ``offer_withdrawn`` is the version of the offer it ends, so that however
    an offer ends, its volunteer hears of it once.
    """

    kind: str
    version: int
    role: Role
    recipient: str
    offer_id: str | None = None
    assignment_id: str | None = None


def confirmations(event: Event, concerned: Concerned = NOBODY) -> tuple[Intent, ...]:
    """The intents an event calls for. What the resident hears depends on the event alone."""
    if not isinstance(event, OrderEvent):
        return ()
    intents = [*_to_resident(event), *_to_those_named(event)]
    intents += [_offer_withdrawn(asked) for asked in concerned.no_longer_asked]
    intents += [_assignment_over(event, one, concerned) for one in concerned.no_longer_serving]
    if concerned.closed_version is not None:
        closed = intake.OrderClosed.name, concerned.closed_version
        intents += [Intent(*closed, Role.VOLUNTEER, volunteer_id) for volunteer_id in concerned.served]
    return tuple({(one.kind, one.version, one.role, one.recipient): one for one in intents}.values())


def _to_resident(event: OrderEvent) -> list[Intent]:
    if type(event) not in RESIDENT_HEARS:
        return []
    return [Intent(event.name, event.version, Role.RESIDENT, event.order_id)]


def _to_those_named(event: OrderEvent) -> list[Intent]:
    match event:
        case matcher.OfferMade():
            return [_to_volunteer(event, event.volunteer_id, offer_id=event.offer_id)]
        case matcher.LegAssigned():
            return [_to_volunteer(event, event.volunteer_id, assignment_id=event.assignment_id)]
        case matcher.OrderEscalated() if event.holder.role is Role.COORDINATOR and event.holder.area:
            return [Intent(event.name, event.version, Role.COORDINATOR, event.holder.area)]
    return []


def _to_volunteer(
    event: OrderEvent, volunteer_id: str, *, offer_id: str | None = None, assignment_id: str | None = None
) -> Intent:
    return Intent(event.name, event.version, Role.VOLUNTEER, volunteer_id, offer_id, assignment_id)


def _offer_withdrawn(asked: Asked) -> Intent:
    return Intent(OFFER_WITHDRAWN, asked.version, Role.VOLUNTEER, asked.volunteer_id, offer_id=asked.offer_id)


def _assignment_over(event: OrderEvent, one: Serving, concerned: Concerned) -> Intent:
    kind, version = ASSIGNMENT_ENDED, event.version
    if concerned.cancelled_version is not None:
        kind, version = intake.OrderCancelled.name, concerned.cancelled_version
    return Intent(kind, version, Role.VOLUNTEER, one.volunteer_id, assignment_id=one.assignment_id)
