"""Which fact is confirmed to whom: the confirmation table (invariant I4).

A resident's id is the order's, a volunteer's their own, a coordinator's the code of the area, a department's its own.
``kind`` is the event's name, apart from these, which no event is named after:

``offer_named``       an offer to a member whom the secretary of the unit has named
``leg_joined``        to the resident: somebody has joined a team that is not complete yet
``assignment_ended``  somebody else goes on with the leg
``referral_ended``    to a department: the resident withdrew, or its time ran out

Everybody who was asked and did not get a place hears once how it ended, by what they had answered till then:

what happened            no answer yet, or a yes   a no, another time, or run out
the leg is staffed       ``offer_withdrawn``       ``leg_taken``
served or settled        ``offer_withdrawn``       ``leg_taken`` by volunteers, else ``offer_settled``
cancelled                ``offer_withdrawn``       ``offer_settled``
a coordinator holds it   ``offer_withdrawn``       (later, by one of the rows above)
"""

from __future__ import annotations

from dataclasses import dataclass

from services.notifier.policies.involvement import NOBODY, Asked, Concerned, Serving
from shared.contracts import intake, matcher
from shared.contracts.envelope import Event, OrderEvent
from shared.contracts.words import NextStep, Role

OFFER_WITHDRAWN = "offer_withdrawn"
ASSIGNMENT_ENDED = "assignment_ended"
OFFER_NAMED = "offer_named"
LEG_JOINED = "leg_joined"
REFERRAL_ENDED = "referral_ended"
LEG_TAKEN = "leg_taken"
OFFER_SETTLED = "offer_settled"

HOW_IT_ENDED = frozenset({OFFER_WITHDRAWN, LEG_TAKEN, OFFER_SETTLED})
"""What somebody who was asked in vain hears; one of them for each time they were asked."""

RESIDENT_HEARS: frozenset[type[OrderEvent]] = frozenset(
    {
        intake.OrderPlaced,
        intake.OrderCancelled,
        intake.OrderReopened,
        intake.OrderClosed,
        matcher.OfferCountered,
        matcher.LegAssigned,
        matcher.LegHandedBack,
        matcher.OrderEscalated,
        matcher.OrderReferred,
        matcher.OrderDone,
    }
)
"""Every change a resident should hear of: one notice each."""


@dataclass(frozen=True)
class Intent:
    """One message to one person about one step; (order, kind, version, role, recipient) is unique.

    ``version`` is the event's; that of the kinds of ``HOW_IT_ENDED`` is the version of the offer, so that however it
    ends, its volunteer hears of it once.
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
    intents += [_ended(OFFER_WITHDRAWN, asked) for asked in concerned.no_longer_asked]
    intents += [_ended(LEG_TAKEN if concerned.taken else OFFER_SETTLED, asked) for asked in concerned.not_chosen]
    intents += [_assignment_over(event, one, concerned) for one in concerned.no_longer_serving]
    if concerned.no_longer_referred is not None:
        intents.append(Intent(REFERRAL_ENDED, event.version, Role.DEPARTMENT, concerned.no_longer_referred))
    if concerned.closed_version is not None:
        closed = intake.OrderClosed.name, concerned.closed_version
        intents += [Intent(*closed, Role.VOLUNTEER, volunteer_id) for volunteer_id in concerned.served]
    return tuple({(one.kind, one.version, one.role, one.recipient): one for one in intents}.values())


def _to_resident(event: OrderEvent) -> list[Intent]:
    if type(event) not in RESIDENT_HEARS:
        return []
    joined = isinstance(event, matcher.LegAssigned) and event.next_step is not NextStep.START
    return [Intent(LEG_JOINED if joined else event.name, event.version, Role.RESIDENT, event.order_id)]


def _to_those_named(event: OrderEvent) -> list[Intent]:
    match event:
        case matcher.OfferMade():
            kind = OFFER_NAMED if event.unit else event.name
            return [Intent(kind, event.version, Role.VOLUNTEER, event.volunteer_id, offer_id=event.offer_id)]
        case matcher.CallUpMade():
            return [Intent(event.name, event.version, Role.VOLUNTEER, event.secretary_id)]
        case matcher.LegAssigned():
            mine = event.assignment_id
            return [Intent(event.name, event.version, Role.VOLUNTEER, event.volunteer_id, assignment_id=mine)]
        case matcher.OrderReferred():
            return [Intent(event.name, event.version, Role.DEPARTMENT, event.department)]
        case matcher.OrderEscalated() if event.holder.role is Role.COORDINATOR and event.holder.area:
            return [Intent(event.name, event.version, Role.COORDINATOR, event.holder.area)]
    return []


def _ended(kind: str, asked: Asked) -> Intent:
    return Intent(kind, asked.version, Role.VOLUNTEER, asked.volunteer_id, offer_id=asked.offer_id)


def _assignment_over(event: OrderEvent, one: Serving, concerned: Concerned) -> Intent:
    kind, version = ASSIGNMENT_ENDED, event.version
    if concerned.cancelled_version is not None:
        kind, version = intake.OrderCancelled.name, concerned.cancelled_version
    return Intent(kind, version, Role.VOLUNTEER, one.volunteer_id, assignment_id=one.assignment_id)
