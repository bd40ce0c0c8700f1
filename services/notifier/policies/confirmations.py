"""Which fact is confirmed to whom: the confirmation table (invariant I4).

The id of whoever ordered is the order's, another resident's and a volunteer's their own, a coordinator's the code of
the area, a department's its own. ``kind`` is the event's name, apart from these, which no event is named after:

``offer_named``       an offer to a member whom the secretary of the unit has named
``leg_joined``        to residents: somebody has joined a team that is not complete yet
``assignment_ended``  somebody else goes on with the leg
``referral_ended``    to a department: the resident withdrew, or its time ran out
``order_overdue``     the top of the ladder has it and its time is over: said again at every flag
``order_went_up``     to whoever held it: a coordinator has it now, or the one above
``order_split``       to residents: a coordinator made an order of its own of a part of theirs
``ordered_for_you``   somebody ordered for them
``party_named``, ``time_settled``, ``party_asked``, ``matter_ended``   what the other side of a mediation hears
an errand's step      ``papers_received``, ``in_progress``, ``ready_to_collect``

Everybody who was asked and did not get a place hears once how it ended, by what they had answered till then:

what happened            no answer yet, or a yes   a no, another time, or run out
the leg is staffed       ``offer_withdrawn``       ``leg_taken``
served or settled        ``offer_withdrawn``       ``leg_taken`` by volunteers, else ``offer_settled``
cancelled                ``offer_withdrawn``       ``offer_settled``
a coordinator holds it   ``offer_withdrawn``       (later, by one of the rows above)
"""

from __future__ import annotations

from dataclasses import dataclass

from services.notifier.policies.concerned import NOBODY, Asked, Concerned, Serving
from services.notifier.policies.involvement import RETURNED
from services.notifier.policies.kinds import (
    ASSIGNMENT_ENDED,
    HOW_IT_ENDED,
    LEG_TAKEN,
    OFFER_NAMED,
    OFFER_SETTLED,
    OFFER_WITHDRAWN,
    ORDER_OVERDUE,
    ORDER_WENT_UP,
    REFERRAL_ENDED,
)
from shared.contracts import intake, matcher
from shared.contracts.envelope import Event, OrderEvent
from shared.contracts.words import Role

__all__ = ["HOW_IT_ENDED", "Intent", "confirmations"]

HANDED_BACK = "hand_back"
"""Why a coordinator holds what its volunteer gave back: the volunteer knows."""


@dataclass(frozen=True)
class Intent:
    """One message to one person about one step; (order, kind, version, role, recipient) is unique.

    ``version`` is the event's; that of the kinds of ``HOW_IT_ENDED`` is the version of the offer, so that however it
    ends, its volunteer hears of it once. ``amount``, ``late``: what a summary counts, and how many of that are late.
    """

    kind: str
    version: int
    role: Role
    recipient: str
    offer_id: str | None = None
    assignment_id: str | None = None
    amount: int | None = None
    late: int | None = None


def confirmations(event: Event, concerned: Concerned = NOBODY) -> tuple[Intent, ...]:
    """The intents an event calls for. Whom it names hears whatever else is known of the order."""
    if not isinstance(event, OrderEvent):
        return ()
    intents = [
        Intent(one.kind, one.version, Role.RESIDENT, one.resident_id, assignment_id=one.assignment_id)
        for one in concerned.residents
    ]
    intents += _to_those_named(event)
    intents += [_ended(OFFER_WITHDRAWN, asked) for asked in concerned.no_longer_asked]
    intents += [_ended(LEG_TAKEN if concerned.taken else OFFER_SETTLED, asked) for asked in concerned.not_chosen]
    intents += [_assignment_over(event, one, concerned) for one in concerned.no_longer_serving]
    if concerned.no_longer_referred is not None:
        intents.append(Intent(REFERRAL_ENDED, event.version, Role.DEPARTMENT, concerned.no_longer_referred))
    if isinstance(event, matcher.IncidentAnswered):
        intents += [Intent(event.name, event.version, Role.VOLUNTEER, one) for one in concerned.reported]
    if concerned.closed_version is not None:
        closed = intake.OrderClosed.name, concerned.closed_version
        intents += [Intent(*closed, Role.VOLUNTEER, volunteer_id) for volunteer_id in concerned.served]
    return tuple({(one.kind, one.version, one.role, one.recipient): one for one in intents}.values())


def _to_those_named(event: OrderEvent) -> list[Intent]:
    intents: list[Intent] = []
    match event:
        case matcher.OfferMade():
            kind = OFFER_NAMED if event.unit else event.name
            intents = [Intent(kind, event.version, Role.VOLUNTEER, event.volunteer_id, offer_id=event.offer_id)]
        case matcher.CallUpMade():
            intents = [Intent(event.name, event.version, Role.VOLUNTEER, event.secretary_id)]
        case matcher.LegAssigned():
            mine = event.assignment_id
            intents = [Intent(event.name, event.version, Role.VOLUNTEER, event.volunteer_id, assignment_id=mine)]
        case matcher.OrderReferred():
            intents = [Intent(event.name, event.version, Role.DEPARTMENT, event.department)]
        case matcher.OrderEscalated():
            intents = _to_holders(event)
        case matcher.IncidentRaised() | intake.CallDue():
            intents = [Intent(event.name, event.version, Role.COORDINATOR, event.area)]
    return intents


def _to_holders(event: matcher.OrderEscalated) -> list[Intent]:
    """The coordinator who has it now, and whoever had it till then and did not give it back. What a department hears
    depends on what it held."""
    holder, before = event.holder, event.previous
    intents = []
    if holder.role is Role.COORDINATOR and holder.area:
        kind = ORDER_OVERDUE if event.overdue_since else event.name
        intents.append(Intent(kind, event.version, Role.COORDINATOR, holder.area))
    if before is None or event.reason in {HANDED_BACK, RETURNED}:
        return intents
    if before.role is Role.COORDINATOR and before.area and before.area != holder.area:
        intents.append(Intent(ORDER_WENT_UP, event.version, Role.COORDINATOR, before.area))
    if before.role is Role.VOLUNTEER and before.id:
        intents.append(Intent(ORDER_WENT_UP, event.version, Role.VOLUNTEER, before.id))
    return intents


def _ended(kind: str, asked: Asked) -> Intent:
    return Intent(kind, asked.version, Role.VOLUNTEER, asked.volunteer_id, offer_id=asked.offer_id)


def _assignment_over(event: OrderEvent, one: Serving, concerned: Concerned) -> Intent:
    kind, version = ASSIGNMENT_ENDED, event.version
    if concerned.stopped is not None:
        kind, version = concerned.stopped.kind, concerned.stopped.version
    return Intent(kind, version, Role.VOLUNTEER, one.volunteer_id, assignment_id=one.assignment_id)
