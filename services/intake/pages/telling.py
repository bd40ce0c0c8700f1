"""An order in the words of a resident: what happened and why, who has it, what comes next, fitting who has it.

Every kind of fact, every code of one, every state and every next step has words (a test goes through them all).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.intake.policies.details import AGREED, BY_WORD, REFUSED, TURNED_AWAY
from services.intake.policies.lifecycle import FINAL
from services.intake.queries.views import HolderView, OrderView, TimelineView
from services.intake.use_cases.timeline import SYSTEM
from shared.community.definition import Community
from shared.community.departments import DepartmentKind
from shared.contracts.matcher import LegAssigned
from shared.contracts.words import ErrandStep, NextStep, OrderState, Role
from shared.web.dates import opening
from shared.web.i18n import current_reader, gettext, msgid
from shared.web.wording import WORDS

DETAILS: Mapping[str, Mapping[str, str]] = {
    "order_escalated": {
        "no_holder": msgid("No volunteer could be found, so the coordinator holds it now"),
        "served_by": msgid("The coordinator arranges who does it"),
        "clock": msgid("Nothing was settled in time, so it was passed up"),
        "overdue": msgid("It is overdue; whoever is responsible at the top is reminded every day"),
        "hand_back": msgid("It was given back, so the coordinator decides how it goes on"),
        "coordinator": msgid("The coordinator passed it up to the next one"),
        "returned": msgid("It was handed back, so the coordinator decides how it goes on"),
        "closing_refused": msgid("It was not agreed to let it end, so the next coordinator decides"),
        "look_first": msgid("The coordinator looks at it before anybody is asked"),
        "party_declined": msgid("The other side does not agree to talk, so the coordinator decides how it goes on"),
    },
    "errand_advanced": {
        ErrandStep.PAPERS_RECEIVED: msgid("The counter has received your papers"),
        ErrandStep.IN_PROGRESS: msgid("The counter is working on it"),
        ErrandStep.READY_TO_COLLECT: msgid("It is ready to collect"),
    },
    "leg_assigned": {
        "offer": msgid("A volunteer who was asked took the order"),
        "pool": msgid("A volunteer came forward and has the order"),
        "call_up": msgid("A unit named a member, who took the order"),
        "coordinator": msgid("The coordinator found a volunteer for it"),
        "amendment": msgid("The volunteer comes at your new time"),
    },
    "leg_handed_back": {
        "recusal": msgid("Somebody who is not close to the matter is to take it on"),
        "window_changed": msgid("Your new time does not suit the volunteer; somebody else is asked"),
        "nobody_home": msgid("The volunteer met nobody at home"),
    },
    "order_extended": {
        AGREED: msgid("The resident agreed to a later time"),
        BY_WORD: msgid("The resident told the coordinator that it may take longer"),
    },
    "extension_answered": {
        AGREED: msgid("The resident agrees that it takes longer"),
        REFUSED: msgid("The resident wants it done by the time that was promised"),
    },
    "closing_answered": {
        AGREED: msgid("The resident let it end, although it is not fixed"),
        REFUSED: msgid("The resident does not want it to end like this"),
    },
    "party_answered": {
        AGREED: msgid("The other side is ready to talk"),
        REFUSED: msgid("The other side does not want to talk"),
    },
    "order_reviewed": {
        "fixed": msgid("The resident says: fixed"),
        "partly": msgid("The resident says: partly fixed"),
        "not_fixed": msgid("The resident says: not fixed"),
    },
    "verdict_given": {
        "fixed": msgid("Somebody else concerned says: fixed"),
        "partly": msgid("Somebody else concerned says: partly fixed"),
        "not_fixed": msgid("Somebody else concerned says: not fixed"),
    },
    "order_closed": {
        "fixed": msgid("The order was closed: fixed"),
        "partly": msgid("The order was closed: partly fixed"),
        "not_fixed": msgid("The order was closed: not fixed"),
        "no_reply": msgid("The order was closed, because no answer came"),
        "withdrawn": msgid("The order was closed, because it was withdrawn"),
        TURNED_AWAY: msgid("The coordinator looked at it and took it for advertising or abuse, so it was closed"),
    },
    "resident_joined": {
        "joined": msgid("Somebody with the same matter has joined"),
        "party": msgid("The other side was told of it"),
        "person": msgid("Whom it is for was told of it"),
    },
    "call_due": {
        "call": msgid("The coordinator is to call the resident"),
        "visit": msgid("The coordinator is to visit the resident"),
    },
    "call_logged": {
        "call.reached": msgid("The coordinator spoke with the resident by phone"),
        "call.no_answer": msgid("The coordinator called, and nobody answered"),
        "call.wrong_number": msgid("The coordinator called, and the number is wrong"),
        "visit.reached": msgid("The coordinator visited the resident"),
        "visit.no_answer": msgid("The coordinator visited, and nobody was there"),
        "visit.wrong_number": msgid("The coordinator visited, and the address is wrong"),
    },
}
"""What happened, by the kind of fact and its code (``policies.details``)."""

_STRAIGHT = (OrderState.ASSIGNED, OrderState.UNDER_WAY, OrderState.DONE, OrderState.CLOSED)
"""What an order becomes that nothing gets in the way of, once somebody is asked."""

WITH: Mapping[str, str] = {
    DepartmentKind.DEPARTMENT: msgid("With a department"),
    DepartmentKind.PROPERTY: msgid("With the property firm"),
    DepartmentKind.MERCHANT: msgid("With the merchant"),
    DepartmentKind.COUNTER: msgid("At the counter"),
}
NAMES: Mapping[str, str] = {
    DepartmentKind.DEPARTMENT: msgid("Department"),
    DepartmentKind.PROPERTY: msgid("Property firm"),
    DepartmentKind.MERCHANT: msgid("Merchant"),
    DepartmentKind.COUNTER: msgid("Service counter"),
}
PASSED_TO: Mapping[str, str] = {
    DepartmentKind.DEPARTMENT: msgid("The order was passed to a department, which does the work"),
    DepartmentKind.PROPERTY: msgid("The order was passed to the property firm, which does the work"),
    DepartmentKind.MERCHANT: msgid("The order was passed to a merchant, who does the work"),
    DepartmentKind.COUNTER: msgid("The counter has it"),
}
SERVES: Mapping[str, str] = {
    DepartmentKind.DEPARTMENT: msgid("The department does the work"),
    DepartmentKind.PROPERTY: msgid("The property firm does the work"),
    DepartmentKind.MERCHANT: msgid("The merchant does the work"),
    DepartmentKind.COUNTER: msgid("The counter does it for you"),
}


def happened(entry: TimelineView) -> str:
    """What an entry of the timeline tells."""
    if entry.what == "order_referred":
        return gettext(PASSED_TO[_kind_of(entry.holder)])
    if entry.what == LegAssigned.name and entry.next_step != NextStep.START:
        return WORDS["event_name"]("leg_joined")  # joining a team that is not complete is not taking the order
    holder = entry.holder
    if entry.detail == ErrandStep.READY_TO_COLLECT and holder and holder.title and holder.hours:
        named = {"counter": holder.title.told_in(current_reader().language), "hours": opening(holder.hours)}
        return gettext("It is ready to collect at the %(counter)s, open %(hours)s") % named
    told = DETAILS.get(entry.what, {}).get(entry.detail or "")
    return gettext(told) if told else WORDS["event_name"](entry.what)


def whose(timeline: Sequence[TimelineView]) -> list[str]:
    """Whose hand each entry was, as a role; of those who are no volunteers, as what held the order last. Empty where it
    was nobody's.
    """
    told, kind = [], str(DepartmentKind.DEPARTMENT)
    for entry in timeline:
        if entry.holder is not None and entry.holder.role == Role.DEPARTMENT:
            kind = _kind_of(entry.holder)
        by = gettext(NAMES[kind]) if entry.by == Role.DEPARTMENT else WORDS["role_name"](entry.by)
        told.append("" if entry.by == SYSTEM else by)
    return told


def state_of(state: str, holder: HolderView | None) -> str:
    """A state in words, with whoever has the order."""
    if holder is not None and holder.role == Role.DEPARTMENT:
        return gettext(WITH[_kind_of(holder)])
    if state == OrderState.UNDER_WAY and holder is not None and holder.role == Role.COORDINATOR:
        return gettext("The coordinator does it in person")
    return WORDS["state_name"](state)


def ahead_of(order: OrderView) -> list[str]:
    """The states still to come on the straight way, in words; none once it has ended. Of an order that a coordinator
    or a department has, only the end is known."""
    straight = order.holder is None or order.holder.role in {Role.COORDINATOR, Role.VOLUNTEER, Role.RESIDENT}
    states = _STRAIGHT if straight and order.state != OrderState.ESCALATED else _STRAIGHT[-2:]
    state = OrderState(order.state)
    after = states.index(state) + 1 if state in states else 0
    return [] if state in FINAL else [WORDS["state_name"](state) for state in states[after:]]


def next_step_of(rules: Community, order: OrderView) -> str:
    """What comes next, as who holds the order does it."""
    holder, step = order.holder, order.next_step
    if holder is None or step != NextStep.COMPLETE:
        return WORDS["next_step_name"](step)
    if holder.role == Role.COORDINATOR:
        return gettext("The coordinator does it in person")
    if holder.role != Role.DEPARTMENT:
        return WORDS["next_step_name"](step)
    service = rules.services_by_code.get(order.service)
    if holder.kind == DepartmentKind.COUNTER and service is not None and service.in_person:
        return gettext("You come to the counter at the agreed time")
    if any(leg.errand == ErrandStep.READY_TO_COLLECT and leg.state != OrderState.DONE for leg in order.legs):
        return gettext("You collect it at the counter")
    return gettext(SERVES[_kind_of(holder)])


def _kind_of(holder: HolderView | None) -> str:
    """A department whose kind is not known any more is a department."""
    kind = holder.kind if holder is not None else None
    return kind if kind is not None and kind in WITH else DepartmentKind.DEPARTMENT
