"""The confirmation table of what comes to an order: departments, others concerned, calls, dangers, errands, tiers."""

from __future__ import annotations

from shared.contracts.words import ErrandStep, Holder, Outcome, Part, Role, Window
from tests.unit.notifier.people_of_story import ANN, BEN, CITY, CLAIRE, DESK, QIN, RESIDENT, XU, Heard, Tell
from tests.unit.notifier.story import AT, DUE, GRID

AROUND: dict[str, tuple[Tell, Heard]] = {
    "referred to a department": (
        lambda s: [s.placed(), s.offered("v-ann"), s.referred()],
        {"order_referred": {RESIDENT, CITY}, "offer_withdrawn": {ANN}},
    ),
    "referred from a volunteer who let the time pass": (
        lambda s: [s.placed(), s.offered("v-ann"), s.assigned("v-ann"), s.escalated(), s.referred()],
        {"order_referred": {RESIDENT, CITY}, "assignment_ended": {ANN}},
    ),
    "a department's time is over": (
        lambda s: [s.placed(), s.referred(), s.escalated()],
        {"order_escalated": {RESIDENT, DESK}, "referral_ended": {CITY}},
    ),
    "handed back by a department": (
        lambda s: [s.placed(), s.referred(), s.escalated(reason="returned")],
        {"order_escalated": {RESIDENT, DESK}},
    ),
    "cancelled while a department holds it": (
        lambda s: [s.placed(), s.referred(), s.cancelled()],
        {"order_cancelled": {RESIDENT}, "referral_ended": {CITY}},
    ),
    "a further leg is added": (lambda s: [s.placed(), s.added()], {}),
    "a part of another order": (lambda s: [s.split()], {"order_split": {RESIDENT}}),
    "amended by a coordinator": (
        lambda s: [s.placed(), s.resident_joined(), s.amended(Role.COORDINATOR)],
        {"order_amended": {RESIDENT, XU}},
    ),
    "somebody joins": (lambda s: [s.placed(), s.resident_joined()], {"resident_joined": {XU}}),
    "somebody joins whom the order is for": (
        lambda s: [s.placed(), s.resident_joined(part=Part.PERSON)],
        {"ordered_for_you": {XU}},
    ),
    "the other side is named": (lambda s: [s.placed(), s.resident_joined("r-qin", Part.PARTY)], {"party_named": {QIN}}),
    "the other side's time is settled": (
        lambda s: [s.placed(), s.resident_joined("r-qin", Part.PARTY), s.amended(window=Window(from_=AT, to=DUE))],
        {"time_settled": {QIN}},
    ),
    "the other side does not hear who holds it": (
        lambda s: [s.placed(), s.resident_joined("r-qin", Part.PARTY), s.escalated()],
        {"order_escalated": {RESIDENT, DESK}},
    ),
    "the other side is asked how it ended": (
        lambda s: [s.placed(), s.resident_joined("r-qin", Part.PARTY), s.resident_joined(), s.done()],
        {"order_done": {RESIDENT, XU}, "party_asked": {QIN}},
    ),
    "closed for everybody": (
        lambda s: [s.placed(), s.resident_joined("r-qin", Part.PARTY), s.resident_joined(), s.done(), s.closed()],
        {"order_closed": {RESIDENT, XU}, "matter_ended": {QIN}},
    ),
    "the other side answers": (
        lambda s: [s.placed(), s.resident_joined("r-qin", Part.PARTY), s.party_answered()],
        {"party_answered": {RESIDENT}},
    ),
    "who joined leaves": (
        lambda s: [s.placed(), s.resident_joined(), s.resident_left()],
        {"resident_left": {XU}},
    ),
    "who left hears no more": (
        lambda s: [s.placed(), s.resident_joined(), s.resident_left(), s.reopened()],
        {"order_reopened": {RESIDENT}},
    ),
    "who ordered leaves, and hears no more": (
        lambda s: [s.placed(), s.resident_joined(), s.resident_left("0197-order"), s.done()],
        {"order_done": {XU}},
    ),
    "who joins late hears what was told meanwhile": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.done(), s.resident_joined()],
        {"resident_joined": {XU}, "leg_assigned": {XU}, "order_done": {XU}},
    ),
    "who joins later hears nothing of before": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.done(), s.resident_joined(at=DUE)],
        {"resident_joined": {XU}},
    ),
    "somebody else's verdict": (lambda s: [s.placed(), s.resident_joined(), s.verdict()], {}),
    "merged while somebody serves and a department is asked": (
        lambda s: [s.placed(), s.resident_joined(), s.offered("v-ben"), s.assigned("v-ann"), s.merged()],
        {"order_merged": {RESIDENT, XU, ANN}},
    ),
    "the resident agrees to more time": (lambda s: [s.placed(), s.extension_answered()], {}),
    "closing is proposed": (lambda s: [s.placed(), s.closing_proposed()], {"closing_proposed": {RESIDENT}}),
    "closing is answered": (lambda s: [s.placed(), s.closing_proposed(), s.closing_answered()], {}),
    "closed as not fixed while somebody is asked": (
        lambda s: [
            s.placed(),
            s.offered("v-ben"),
            s.declined("v-ben"),
            s.offered("v-claire"),
            s.closed(Outcome.NOT_FIXED),
        ],
        {"order_closed": {RESIDENT}, "offer_withdrawn": {CLAIRE}, "offer_settled": {BEN}},
    ),
    "closed as not fixed while somebody serves": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.closed(Outcome.NOT_FIXED)],
        {"order_closed": {RESIDENT, ANN}},
    ),
    "looked at, and released to volunteers": (
        lambda s: [s.placed(), s.escalated(reason="look_first"), s.released()],
        {"order_released": {RESIDENT}},
    ),
    "looked at, and taken for spam": (
        lambda s: [s.placed(), s.escalated(reason="look_first"), s.turned_away()],
        {"turned_away": {RESIDENT}},
    ),
    "a reminder": (lambda s: [s.placed(), s.reminded()], {"review_reminded": {RESIDENT}}),
    "a call is due": (lambda s: [s.placed(), s.call_due()], {"call_due": {DESK}}),
    "a call was made": (lambda s: [s.placed(), s.call_due(), s.call_logged()], {}),
    "a resident reports a danger": (lambda s: [s.placed(), s.incident_reported()], {}),
    "a danger is before the coordinator": (
        lambda s: [s.placed(), s.incident_raised(Role.RESIDENT)],
        {"incident_raised": {DESK}},
    ),
    "a resident's danger is seen to": (
        lambda s: [
            s.placed(),
            s.assigned("v-ann"),
            s.incident_reported(),
            s.incident_raised(Role.RESIDENT),
            s.incident_answered(Role.RESIDENT),
        ],
        {"incident_answered": {RESIDENT}},
    ),
    "a volunteer's danger is seen to after they gave it back": (
        lambda s: [
            s.placed(),
            s.assigned("v-ann"),
            s.incident_raised(Role.VOLUNTEER),
            s.handed_back("v-ann"),
            s.incident_answered(Role.VOLUNTEER),
        ],
        {"incident_answered": {ANN}},
    ),
    "taken by a coordinator in person": (
        lambda s: [s.placed(), s.offered("v-ben"), s.assigned("v-ann"), s.escalated(), s.taken()],
        {"leg_taken": {RESIDENT}, "assignment_ended": {ANN}},
    ),
    "taken in person while somebody is asked": (
        lambda s: [s.placed(), s.offered("v-ben"), s.taken()],
        {"leg_taken": {RESIDENT}, "offer_withdrawn": {BEN}},
    ),
    "more time is asked for": (
        lambda s: [s.placed(), s.escalated(), s.extension_asked()],
        {"extension_asked": {RESIDENT}},
    ),
    "more time is given": (lambda s: [s.placed(), s.escalated(), s.extended()], {"order_extended": {RESIDENT}}),
    "papers received": (
        lambda s: [s.placed(), s.advanced(ErrandStep.PAPERS_RECEIVED)],
        {"papers_received": {RESIDENT}},
    ),
    "an errand in progress": (lambda s: [s.placed(), s.advanced(ErrandStep.IN_PROGRESS)], {"in_progress": {RESIDENT}}),
    "ready to collect": (
        lambda s: [s.placed(), s.resident_joined(), s.advanced(ErrandStep.READY_TO_COLLECT)],
        {"ready_to_collect": {RESIDENT, XU}},
    ),
    "one tier up": (
        lambda s: [s.placed(), s.escalated(), s.escalated("east", previous=Holder(role=Role.COORDINATOR, area=GRID))],
        {"order_escalated": {RESIDENT, (Role.COORDINATOR, "east")}, "order_went_up": {DESK}},
    ),
    "a volunteer's time is over": (
        lambda s: [
            s.placed(),
            s.assigned("v-ann"),
            s.escalated(previous=Holder(role=Role.VOLUNTEER, area=GRID, id="v-ann")),
        ],
        {"order_escalated": {RESIDENT, DESK}, "order_went_up": {ANN}},
    ),
    "given back a second time": (
        lambda s: [
            s.placed(),
            s.assigned("v-ann"),
            s.handed_back("v-ann"),
            s.escalated(reason="hand_back", previous=Holder(role=Role.VOLUNTEER, area=GRID, id="v-ann")),
        ],
        {"order_escalated": {RESIDENT, DESK}},
    ),
    "the grid's coordinator has to decide what they answered for": (
        lambda s: [s.placed(), s.escalated(previous=Holder(role=Role.COORDINATOR, area=GRID))],
        {"order_escalated": {RESIDENT, DESK}},
    ),
    "overdue at the top": (
        lambda s: [s.placed(), s.escalated(reason="overdue", overdue_since=AT)],
        {"order_overdue": {RESIDENT, DESK}},
    ),
    "a further leg is referred": (
        lambda s: [s.placed(), s.added(), s.completed(None), s.referred(leg_id="leg-2")],
        {"order_referred": {RESIDENT, CITY}},
    ),
}
