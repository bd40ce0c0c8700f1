"""Who hears of which fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.policies.confirmations import HOW_IT_ENDED, Intent, confirmations
from services.notifier.policies.involvement import Involvement
from shared.contracts.envelope import Event, OrderEvent
from shared.contracts.flows import EVENTS
from shared.contracts.notifier import NoticeSent
from shared.contracts.words import Role
from tests.unit.notifier.confirmed_around import AROUND
from tests.unit.notifier.confirmed_serving import SERVING
from tests.unit.notifier.people_of_story import ANN, BEN, CLAIRE, RESIDENT, Heard, Tell
from tests.unit.notifier.story import AT, Story


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


TABLE = SERVING | AROUND


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
