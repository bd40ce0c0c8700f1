"""Which residents hear of what, however the two streams are interleaved."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.policies.residents import Hearing, Residents
from shared.contracts.envelope import OrderEvent
from shared.contracts.words import Part, Role
from tests.unit.notifier.story import AT, Story


def at(minute: int) -> datetime:
    """A minute after the story begins."""
    return AT + timedelta(minutes=minute)


@st.composite
def two_streams(draw: st.DrawFn) -> tuple[list[OrderEvent], list[OrderEvent]]:
    """Intake's facts with people coming and going, matcher's with something to tell."""
    story = Story()
    facts: list[OrderEvent] = [story.placed()]
    inside: set[str] = {story.order_id}
    for minute in sorted(draw(st.lists(st.integers(1, 30), max_size=6, unique=True))):
        who = draw(st.sampled_from([story.order_id, "r-xu", "r-qin"]))
        if who in inside:
            inside.discard(who)
            facts.append(story.resident_left(who, at(minute)))
        elif who != story.order_id:
            inside.add(who)
            part = Part.PARTY if who == "r-qin" else draw(st.sampled_from([Part.JOINED, Part.PERSON]))
            facts.append(story.resident_joined(who, part, at(minute)))
    times = sorted(draw(st.lists(st.integers(0, 31), max_size=6)))
    return facts, [story.done(at(minute)) for minute in times]


def merged(draw: st.DataObject, one: list[OrderEvent], other: list[OrderEvent]) -> list[OrderEvent]:
    """Each in its order, the order's placing first."""
    first, rest = one[:1], [list(one[1:]), list(other)]
    while any(rest):
        left = [stream for stream in rest if stream]
        first.append(draw.draw(st.sampled_from(left)).pop(0))
    return first


def told(events: list[OrderEvent]) -> list[Hearing]:
    """Everything residents hear."""
    residents = Residents()
    heard: list[Hearing] = []
    for event in events:
        residents = Residents.model_validate_json(residents.model_dump_json(exclude_defaults=True))
        heard += residents.hear(event)
    return heard


@given(two_streams(), st.data())
def test_everybody_concerned_by_a_facts_own_time_hears_it_once(
    streams: tuple[list[OrderEvent], list[OrderEvent]], data: st.DataObject
) -> None:
    """Whatever is heard first: nobody misses a fact of their time, and only who was leaving may hear one of later.

    Who leaves and joins again may be told anew of what they know; a notice is there once (unique in its table).
    """
    facts, steps = streams
    heard = told(merged(data, facts, steps))
    if not any(event.name == "resident_left" for event in facts):
        assert len(heard) == len(set(heard))
    owed = set(told([*facts, *steps]))
    all_known = Residents()
    for event in facts:
        all_known.hear(event)
    allowed = {one for step in steps for one in all_known.may_hear(step)}
    assert owed <= set(heard) <= owed | allowed


@pytest.mark.parametrize("resident_id", [None, "r-qin"])
def test_only_who_reported_a_danger_hears_that_it_was_seen_to(resident_id: str | None) -> None:
    """Who ordered, or the other side; once, whichever stream is heard first."""
    story = Story()
    first = [story.placed(), story.resident_joined("r-qin", Part.PARTY, at(1))]
    reported = story.incident_reported().model_copy(update={"resident_id": resident_id})
    answered = story.incident_answered(Role.RESIDENT)
    owed = [Hearing(resident_id or story.order_id, "incident_answered", answered.version)]
    ways: list[list[OrderEvent]] = [[*first, reported, answered], [*first, answered, reported]]
    assert [owed, owed] == [[one for one in told(way) if one.kind == "incident_answered"] for way in ways]
