"""What each fact makes of a matter on the public board."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.models import Matter
from services.notifier.policies.matters import is_content
from shared.contracts.envelope import OrderEvent
from shared.contracts.intake import OrderPlaced
from shared.contracts.words import Outcome
from tests.unit.notifier.story import AT, Story


def folded(placed: OrderPlaced, events: list[OrderEvent]) -> dict[str, object]:
    """A matter after all its facts."""
    matter = Matter.placed(placed)
    for event in events:
        matter.hear(event)
    return matter.model_dump()


@given(st.data())
def test_replaying_the_streams_in_any_interleaving_gives_the_same_row(data: st.DataObject) -> None:
    """I6: each publisher's facts in their order, the other's anywhere between."""
    story = Story()
    placed = story.placed()
    told: dict[str, list[OrderEvent]] = {
        "intake": [story.reviewed(), story.reopened(), story.verdict(), story.reviewed(), story.closed()],
        "matcher": [
            story.offered("v-1"),
            story.escalated(),
            story.assigned("v-1"),
            story.done(AT + timedelta(minutes=9)),
            story.taken(),
            story.done(AT + timedelta(minutes=90)),
        ],
    }
    expected = folded(placed, [*told["intake"], *told["matcher"]])
    mixed: list[OrderEvent] = []
    while any(told.values()):
        side = data.draw(st.sampled_from([one for one, left in told.items() if left]))
        mixed.append(told[side].pop(0))
    assert expected == folded(placed, mixed)
    assert (2, 2, 90, "fixed", True) == tuple(
        expected[name] for name in ("rounds", "dones", "done_minutes", "outcome", "content")
    )


@pytest.mark.parametrize(
    ("outcome", "rating", "expected"),
    [
        (Outcome.FIXED, None, True),
        (Outcome.FIXED, 3, False),
        (Outcome.PARTLY, 4, True),
        (Outcome.PARTLY, None, False),
        (Outcome.NO_REPLY, None, False),
    ],
)
def test_content_is_who_says_so(outcome: Outcome, rating: int | None, expected: bool) -> None:
    """A rating decides; without one only what is fixed counts."""
    assert expected is is_content(outcome, rating)


def test_a_merged_order_says_where_it_goes_on() -> None:
    """It has no outcome of its own."""
    story = Story()
    matter = folded(story.placed(), [story.merged("other")])
    assert ("other", None) == (matter["merged_into"], matter["outcome"])
