"""The confirmation table of a plain order: asked, taken, served, reviewed, ended; what was told → who hears what."""

from __future__ import annotations

from shared.contracts.words import Role
from tests.unit.notifier.people_of_story import ANN, BEN, CLAIRE, DESK, RESIDENT, Heard, Tell

SERVING: dict[str, tuple[Tell, Heard]] = {
    "placed": (lambda s: [s.placed()], {"order_placed": {RESIDENT}}),
    "amended": (lambda s: [s.placed(), s.amended()], {}),
    "an offer": (lambda s: [s.placed(), s.offered("v-ann")], {"offer_made": {ANN}}),
    "declined": (lambda s: [s.placed(), s.offered("v-ann"), s.declined("v-ann")], {}),
    "expired": (lambda s: [s.placed(), s.offered("v-ann"), s.expired("v-ann")], {}),
    "taken by the one who was asked": (
        lambda s: [s.placed(), s.offered("v-ann"), s.assigned("v-ann")],
        {"leg_assigned": {RESIDENT, ANN}},
    ),
    "taken while others were asked": (
        lambda s: [s.placed(), s.offered("v-ann"), s.offered("v-ben"), s.offered("v-claire"), s.assigned("v-ann")],
        {"leg_assigned": {RESIDENT, ANN}, "offer_withdrawn": {BEN, CLAIRE}},
    ),
    "taken after others declined or were silent": (
        lambda s: [
            s.placed(),
            s.offered("v-ben"),
            s.declined("v-ben"),
            s.offered("v-claire"),
            s.expired("v-claire"),
            s.offered("v-ann"),
            s.assigned("v-ann"),
        ],
        {"leg_assigned": {RESIDENT, ANN}, "leg_taken": {BEN, CLAIRE}},
    ),
    "another time is proposed": (
        lambda s: [s.placed(), s.offered("v-ann"), s.countered("v-ann")],
        {"offer_countered": {RESIDENT}},
    ),
    "taken after another time was proposed": (
        lambda s: [s.placed(), s.offered("v-ben"), s.countered("v-ben"), s.offered("v-ann"), s.assigned("v-ann")],
        {"leg_assigned": {RESIDENT, ANN}, "leg_taken": {BEN}},
    ),
    "taken by one who had declined": (
        lambda s: [s.placed(), s.offered("v-ann"), s.declined("v-ann"), s.escalated(), s.assigned("v-ann")],
        {"leg_assigned": {RESIDENT, ANN}},
    ),
    "taken again after a hand-back": (
        lambda s: [
            s.placed(),
            s.offered("v-ben"),
            s.declined("v-ben"),
            s.assigned("v-ann"),
            s.handed_back("v-ann"),
            s.offered("v-claire"),
            s.expired("v-claire"),
            s.assigned("v-dora"),
        ],
        {"leg_assigned": {RESIDENT, (Role.VOLUNTEER, "v-dora")}, "leg_taken": {CLAIRE}},
    ),
    "a unit is asked for a member": (
        lambda s: [s.placed(), s.called_up("v-claire")],
        {"call_up_made": {CLAIRE}},
    ),
    "an offer to a member whom the unit named": (
        lambda s: [s.placed(), s.called_up("v-claire"), s.offered("v-ann", unit="u-1")],
        {"offer_named": {ANN}},
    ),
    "asked for from the pool": (lambda s: [s.placed(), s.requested("v-ann")], {}),
    "asked for from the pool, and another was better": (
        lambda s: [s.placed(), s.offered("v-ben"), s.requested("v-ann"), s.assigned("v-ben")],
        {"leg_assigned": {RESIDENT, BEN}, "offer_withdrawn": {ANN}},
    ),
    "the first of two": (
        lambda s: [s.placed(), s.offered("v-ann"), s.joined("v-ann")],
        {"leg_joined": {RESIDENT}, "leg_assigned": {ANN}},
    ),
    "held by a coordinator after somebody declined": (
        lambda s: [s.placed(), s.offered("v-ann"), s.declined("v-ann"), s.offered("v-ben"), s.escalated()],
        {"order_escalated": {RESIDENT, DESK}, "offer_withdrawn": {BEN}},
    ),
    "settled by the coordinator after all declined": (
        lambda s: [s.placed(), s.offered("v-ann"), s.declined("v-ann"), s.escalated(), s.completed(None)],
        {"offer_settled": {ANN}},
    ),
    "given to another by the coordinator": (
        lambda s: [s.placed(), s.offered("v-ann"), s.assigned("v-ann"), s.escalated(), s.assigned("v-ben")],
        {"leg_assigned": {RESIDENT, BEN}, "assignment_ended": {ANN}},
    ),
    "confirmed again after an amendment": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.amended(), s.assigned("v-ann")],
        {"leg_assigned": {RESIDENT, ANN}},
    ),
    "started": (lambda s: [s.placed(), s.assigned("v-ann"), s.started("v-ann")], {}),
    "handed back by the volunteer": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.handed_back("v-ann")],
        {"leg_handed_back": {RESIDENT}},
    ),
    "taken back because the time changed": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.amended(), s.handed_back("v-ann", "window_changed")],
        {"leg_handed_back": {RESIDENT}, "assignment_ended": {ANN}},
    ),
    "taken from one who was suspended": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.handed_back("v-ann", "suspended")],
        {"leg_handed_back": {RESIDENT}, "assignment_ended": {ANN}},
    ),
    "taken from one who was taken off the roster": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.handed_back("v-ann", "removed")],
        {"leg_handed_back": {RESIDENT}, "assignment_ended": {ANN}},
    ),
    "handed on by one who left": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.handed_back("v-ann", "departed")],
        {"leg_handed_back": {RESIDENT}},
    ),
    "closed after one who served a part of it has left": (
        lambda s: [
            s.placed(),
            s.assigned("v-ann"),
            s.completed("v-ann"),
            s.reopened(),
            s.assigned("v-ann", "leg-2"),
            s.handed_back("v-ann", "departed"),
            s.assigned("v-ben", "leg-2"),
            s.completed("v-ben", "leg-2"),
            s.closed(),
        ],
        {"order_closed": {RESIDENT, BEN}},
    ),
    "escalated while somebody was asked": (
        lambda s: [s.placed(), s.offered("v-ann"), s.escalated()],
        {"order_escalated": {RESIDENT, DESK}, "offer_withdrawn": {ANN}},
    ),
    "escalated while somebody serves": (
        lambda s: [s.placed(), s.offered("v-ann"), s.assigned("v-ann"), s.escalated()],
        {"order_escalated": {RESIDENT, DESK}},
    ),
    "escalated once more": (
        lambda s: [s.placed(), s.offered("v-ann"), s.escalated(), s.escalated("east")],
        {"order_escalated": {RESIDENT, (Role.COORDINATOR, "east")}},
    ),
    "a leg served": (lambda s: [s.placed(), s.assigned("v-ann"), s.completed("v-ann")], {}),
    "settled by the coordinator over the volunteer's head": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.escalated(), s.completed(None)],
        {"assignment_ended": {ANN}},
    ),
    "done": (lambda s: [s.placed(), s.assigned("v-ann"), s.completed("v-ann"), s.done()], {"order_done": {RESIDENT}}),
    "reviewed": (lambda s: [s.placed(), s.reviewed()], {}),
    "closed": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.completed("v-ann"), s.done(), s.reviewed(), s.closed()],
        {"order_closed": {RESIDENT, ANN}},
    ),
    "closed after two rounds": (
        lambda s: [
            s.placed(),
            s.assigned("v-ann"),
            s.completed("v-ann"),
            s.reopened(),
            s.assigned("v-ben", "leg-2"),
            s.completed("v-ben", "leg-2"),
            s.closed(),
        ],
        {"order_closed": {RESIDENT, ANN, BEN}},
    ),
    "closed without anybody having served": (
        lambda s: [s.placed(), s.offered("v-ann"), s.declined("v-ann"), s.escalated(), s.completed(None), s.closed()],
        {"order_closed": {RESIDENT}},
    ),
    "reopened": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.completed("v-ann"), s.done(), s.reopened()],
        {"order_reopened": {RESIDENT}},
    ),
    "cancelled while somebody was asked": (
        lambda s: [s.placed(), s.offered("v-ann"), s.offered("v-ben"), s.declined("v-ben"), s.cancelled()],
        {"order_cancelled": {RESIDENT}, "offer_withdrawn": {ANN}, "offer_settled": {BEN}},
    ),
    "cancelled while somebody serves": (
        lambda s: [s.placed(), s.offered("v-ann"), s.assigned("v-ann"), s.cancelled()],
        {"order_cancelled": {RESIDENT, ANN}},
    ),
    "asked before matcher heard of the cancellation": (
        lambda s: [s.placed(), s.cancelled(), s.offered("v-ann")],
        {"offer_made": {ANN}, "offer_withdrawn": {ANN}},
    ),
    "served, but heard of after the end": (
        lambda s: [s.placed(), s.assigned("v-ann"), s.closed(), s.completed("v-ann")],
        {"order_closed": {ANN}},
    ),
    "served by two, one heard of after the end": (
        lambda s: [
            s.placed(),
            s.completed("v-ann"),
            s.reopened(),
            s.closed(),
            s.completed("v-ben", "leg-2"),
        ],
        {"order_closed": {BEN}},
    ),
    "closed while matcher's stream is behind": (
        lambda s: [s.placed(), s.offered("v-ann"), s.closed()],
        {"order_closed": {RESIDENT}},
    ),
    "taken before matcher heard of the cancellation": (
        lambda s: [s.placed(), s.cancelled(), s.assigned("v-ann")],
        {"leg_assigned": {RESIDENT, ANN}, "order_cancelled": {ANN}},
    ),
}
