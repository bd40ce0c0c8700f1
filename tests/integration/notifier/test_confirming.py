"""Hearing facts: each is indexed and confirmed once, whatever comes twice, late or out of order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from services.notifier.app import Notifier
from services.notifier.use_cases.confirming import confirm_steps
from shared.contracts.envelope import OrderEvent
from shared.contracts.refusal import TooEarly
from tests.integration.notifier.running import Place, hear
from tests.unit.notifier.story import GRID, Story, fact_of

RESIDENT = ("resident", "0197-order")
LOOP = [
    ("order_placed", *RESIDENT),
    ("offer_made", "volunteer", "v-1"),
    ("leg_assigned", *RESIDENT),
    ("leg_assigned", "volunteer", "v-1"),
    ("order_done", *RESIDENT),
    ("order_closed", *RESIDENT),
    ("order_closed", "volunteer", "v-1"),
]


async def hear_at_once(notifier: Notifier, events: Sequence[OrderEvent]) -> list[object]:
    """Have facts heard in one list, as a pull brings them; the answers, refusals included."""
    asked = (notifier.machinery.writer.do(confirm_steps, fact_of(event)) for event in events)
    return await asyncio.gather(*asked, return_exceptions=True)


async def test_the_loop_is_confirmed_to_everybody_concerned(place: Place) -> None:
    """Placed, offered, taken, served, reviewed, closed: who hears of it, in order."""
    await place.hear(Story().whole())
    assert LOOP == await place.notices()


async def test_a_whole_loop_in_one_list_is_confirmed_alike(place: Place) -> None:
    """After an outage everything comes at once: the same notices, made in one transaction."""
    async with place.writing() as notifier:
        assert [None] * 8 == await hear_at_once(notifier, Story().whole())
    assert LOOP == await place.notices()


async def test_facts_heard_again_change_nothing(place: Place) -> None:
    """Even without the inbox, which forgets nothing: versions say what is known."""
    await place.hear([*Story().whole(), *Story().whole()])
    assert LOOP == await place.notices()
    assert [(8,)] == await place.rows("SELECT count(*) FROM events")


async def test_the_same_fact_twice_in_one_list_is_confirmed_once(place: Place) -> None:
    """Two deliveries of one message may be waiting together."""
    events = [event for event in Story().whole() for _ in range(2)]
    async with place.writing() as notifier:
        assert [None] * 16 == await hear_at_once(notifier, events)
    assert LOOP == await place.notices()


async def test_a_dispatchs_fact_before_its_order_is_too_early(place: Place) -> None:
    """Two streams know no common order: it is refused, leaves no trace, and is heard after the order."""
    story = Story()
    placed, offered = story.placed(), story.offered("v-1")
    async with place.writing() as notifier:
        (refused,) = await hear_at_once(notifier, [offered])
        assert isinstance(refused, TooEarly)
        assert [] == await place.notices()
        assert [(0,)] == await place.rows("SELECT count(*) FROM events")
        await hear(notifier, [placed, offered])
    assert LOOP[:2] == await place.notices()


@pytest.mark.parametrize("side", ["intake", "matcher"])
async def test_a_fact_whose_predecessor_is_missing_is_too_early(place: Place, side: str) -> None:
    """Versions are gapless on each side; one side's gap does not hold up the other."""
    story = Story()
    placed = story.placed()
    missing = story.amended() if side == "intake" else story.offered("v-1")
    ahead = story.cancelled() if side == "intake" else story.declined("v-1")
    other = story.offered("v-2") if side == "intake" else story.amended()
    async with place.writing() as notifier:
        await hear(notifier, [placed])
        refused, taken = await hear_at_once(notifier, [ahead, other])
        assert (TooEarly, None) == (type(refused), taken)
        await hear(notifier, [missing, ahead])
    assert [(4,)] == await place.rows("SELECT count(*) FROM events")


async def test_a_fact_about_a_leg_nobody_told_of_is_too_early(place: Place) -> None:
    """Matcher offers a leg of the second round before notifier has heard of the reopening."""
    story = Story()
    placed, reopened, offered = story.placed(), story.reopened(), story.offered("v-1", "leg-2")
    async with place.writing() as notifier:
        await hear(notifier, [placed])
        (refused,) = await hear_at_once(notifier, [offered])
        assert isinstance(refused, TooEarly)
        await hear(notifier, [reopened, offered])
    assert ("offer_made", "volunteer", "v-1") in await place.notices()


async def test_orders_in_one_list_do_not_mix(place: Place) -> None:
    """Fifty orders' facts interleaved in one list: each has its own people."""
    stories = [Story(order_id=f"o-{n:02}", reference=f"PD-{n:02}") for n in range(50)]
    loops = [story.whole(f"v-{n:02}") for n, story in enumerate(stories)]
    async with place.writing() as notifier:
        await hear_at_once(notifier, [event for step in zip(*loops, strict=True) for event in step])
    found = await place.rows("SELECT order_id, recipient_role, recipient_id FROM notices")
    assert 50 * len(LOOP) == len(found)
    assert all(who in {order, f"v-{order[2:]}"} for order, _, who in found)


async def test_what_is_confirmed_lies_in_the_letterbox_and_waits_for_the_first_channel(place: Place) -> None:
    """Both deliveries are there from the first moment: one done, one to be done."""
    await place.hear([Story().placed()])
    found = await place.rows("SELECT channel, state, attempts FROM deliveries ORDER BY channel")
    assert [("first", "waiting", 0), ("letterbox", "delivered", 1)] == found


async def test_everybody_who_was_asked_hears_the_end(place: Place) -> None:
    """A hundred and fifty open offers, one escalation: more rows than one statement takes at once."""
    story = Story()
    volunteers = [f"v-{n:03}" for n in range(150)]
    async with place.writing() as notifier:
        await hear_at_once(notifier, [story.placed(), *(story.offered(one) for one in volunteers), story.escalated()])
    withdrawn = [who for kind, _, who in await place.notices() if kind == "offer_withdrawn"]
    assert volunteers == sorted(withdrawn)
    assert ("order_escalated", "coordinator", GRID) in await place.notices()
