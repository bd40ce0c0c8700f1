"""Who hears of which fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.policies.confirmations import HOW_IT_ENDED, Intent, confirmations
from services.notifier.policies.involvement import Involvement
from shared.contracts.envelope import Event, OrderEvent
from shared.contracts.flows import EVENTS
from shared.contracts.notifier import NoticeSent
from shared.contracts.words import ErrandStep, Holder, Outcome, Part, Role, Window
from tests.unit.notifier.story import AT, DUE, GRID, Story

RESIDENT = (Role.RESIDENT, "0197-order")
ANN = (Role.VOLUNTEER, "v-ann")
BEN = (Role.VOLUNTEER, "v-ben")
CLAIRE = (Role.VOLUNTEER, "v-claire")
DESK = (Role.COORDINATOR, GRID)
XU = (Role.RESIDENT, "r-xu")
QIN = (Role.RESIDENT, "r-qin")
CITY = (Role.DEPARTMENT, "city")

Heard = dict[str, set[tuple[Role, str]]]
Tell = Callable[[Story], Sequence[Event]]


def heard_of_last(events: Sequence[Event]) -> Heard:
    """Kind → who, of the last event, after all before it."""
    involvement = Involvement()
    intents: tuple[Intent, ...] = ()
    for event in events:
        # between two facts the index lies in a row, as JSON
        involvement = Involvement.model_validate_json(involvement.model_dump_json(exclude_defaults=True))
        intents = confirmations(event, involvement.hear(event))
    found: Heard = {}
    for intent in intents:
        found.setdefault(intent.kind, set()).add((intent.role, intent.recipient))
    return found


TABLE: dict[str, tuple[Tell, Heard]] = {
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


@pytest.mark.parametrize(("tell", "expected"), TABLE.values(), ids=TABLE.keys())
def test_each_fact_is_confirmed_to_those_concerned_and_to_nobody_else(tell: Tell, expected: Heard) -> None:
    """The confirmation table, row by row."""
    assert expected == heard_of_last(tell(Story()))


def test_the_table_has_a_row_for_every_event_of_an_order() -> None:
    """No event was forgotten: each is the last one of some row."""
    told = {type(tell(Story())[-1]) for tell, _ in TABLE.values()}
    assert {event for event in EVENTS if issubclass(event, OrderEvent)} == told


def test_a_leg_with_two_places_goes_on_asking_until_both_are_taken() -> None:
    """The first yes withdraws nobody's offer, the second that of whoever is left."""
    story = Story(legs={"leg-1": 2})
    asked = [story.placed(), story.offered("v-ann"), story.offered("v-ben"), story.offered("v-claire")]
    first = [*asked, story.joined("v-ann")]
    assert {"leg_joined": {RESIDENT}, "leg_assigned": {ANN}} == heard_of_last(first)
    second = [*first, story.assigned("v-ben")]
    assert {"leg_assigned": {RESIDENT, BEN}, "offer_withdrawn": {CLAIRE}} == heard_of_last(second)
    closed = [*second, story.completed("v-ben"), story.done(), story.closed()]
    assert {"order_closed": {RESIDENT, ANN, BEN}} == heard_of_last(closed)


def test_a_fact_about_a_leg_nobody_told_of_is_recognised() -> None:
    """Matcher may be ahead with the legs of a reopening; facts without a leg lack nothing."""
    story, involvement = Story(), Involvement()
    involvement.hear(story.placed())
    assert not involvement.lacks(story.offered("v-ann"))
    assert involvement.lacks(story.offered("v-ann", "leg-2"))
    assert not involvement.lacks(story.escalated())
    involvement.hear(story.reopened())
    assert not involvement.lacks(story.offered("v-ann", "leg-2"))


def test_an_offer_ends_once_however_often_its_order_does() -> None:
    """Its withdrawal has the version of the offer, so that escalation and cancellation cannot both tell of it."""
    story, involvement = Story(), Involvement()
    events = [story.placed(), story.offered("v-ann"), story.escalated(), story.cancelled()]
    intents = [intent for event in events for intent in confirmations(event, involvement.hear(event))]
    withdrawn = [intent for intent in intents if intent.kind == "offer_withdrawn"]
    assert [Intent("offer_withdrawn", 1, Role.VOLUNTEER, "v-ann", offer_id="offer-v-ann")] == withdrawn


def test_a_notice_leads_to_the_offer_or_the_assignment_it_is_about() -> None:
    """Pages link from a notice to what can be answered or served."""
    story = Story()
    offered, assigned = story.offered("v-ann"), story.assigned("v-ann")
    (to_ann,) = confirmations(offered)
    assert "offer-v-ann" == to_ann.offer_id
    assert {"assignment-v-ann"} == {intent.assignment_id for intent in confirmations(assigned)}


def test_no_intent_of_an_event_is_there_twice() -> None:
    """One person on two legs hears of the end of the order once."""
    story = Story(legs={"leg-1": 1, "leg-2": 1})
    involvement = Involvement()
    for event in (story.placed(), story.assigned("v-ann"), story.assigned("v-ann", "leg-2")):
        involvement.hear(event)
    cancelled = story.cancelled()
    intents = confirmations(cancelled, involvement.hear(cancelled))
    assert len(intents) == len({(one.kind, one.version, one.role, one.recipient) for one in intents})


def test_notifiers_own_events_are_confirmed_to_nobody() -> None:
    """A notice about a notice would never end."""
    sent = NoticeSent(community=None, order_id="o", notice_id="n", kind="order_placed", channel="file", at=AT)
    assert () == confirmations(sent)


@given(st.data())
def test_whoever_is_asked_in_vain_hears_of_it_once(data: st.DataObject) -> None:
    """Whatever is answered, and however it ends, each time somebody was asked has one end: a place, or a notice."""
    places = data.draw(st.integers(1, 2))
    story, involvement = Story(legs={"leg-1": places}), Involvement()
    events: list[OrderEvent] = [story.placed()]
    asked: dict[str, int] = {}
    answers = {"no": story.declined, "late": story.expired, "then": story.countered}
    for name in data.draw(st.lists(st.sampled_from(["ann", "ben", "claire", "dora"]), unique=True)):
        made = story.offered(name)
        answer = data.draw(st.sampled_from([*answers, "yes", "nothing"]))
        events += [made, *([answers[answer](name)] if answer in answers else [])]
        asked[name] = made.version
    winners = list(asked)[: data.draw(st.integers(0, places))]
    escalates, cancels, closes = data.draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    if escalates:
        events.append(story.escalated())
    events += [story.assigned(name) for name in winners]
    events.append(story.cancelled() if cancels else story.completed(None))
    if closes:
        events.append(story.closed())
    intents = [intent for event in events for intent in confirmations(event, involvement.hear(event))]
    told = Counter((one.recipient, one.version) for one in intents if one.kind in HOW_IT_ENDED)
    owed = {(name, version) for name, version in asked.items() if name not in winners}
    assert owed == {one for one in told if one[0] not in winners}
    assert {1} >= set(told.values())
