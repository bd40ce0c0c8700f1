"""The pool: who sees an open leg there, and who gets it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.matcher.policies.acceptance import CapacityReached, NotForYou, OfferGone, PlaceTaken
from services.matcher.use_cases.drawing import Taken
from services.matcher.use_cases.pooling import Take
from shared.community.hours import WeekHours
from shared.contracts import matcher
from shared.contracts.refusal import NotFound
from shared.contracts.words import Urgency, Window
from tests.integration.matcher.stage import NEXT_GRID, Stage, names, volunteer
from tests.integration.matcher.test_waiting import queries_of

HOUR = timedelta(hours=1)
MEDIATION = "mediation-maoling-east"
NEVER = WeekHours(0)


async def take(stage: Stage, order_id: str, volunteer_id: str) -> Taken:
    """A volunteer asks for an order's first leg."""
    taken: Taken = await stage.do(stage.use_cases.pooling.take_legs, Take(f"{order_id}-l1", volunteer_id))
    return taken


async def pool(stage: Stage, volunteer_id: str) -> list[str]:
    """The orders a volunteer sees in the pool."""
    return [leg.order_id for leg in await queries_of(stage).pool.legs(volunteer_id, stage.now, 50)]


async def test_holders_see_open_legs_they_may_serve_and_nobody_else_does(stage: Stage) -> None:
    """A holder who was not asked sees it; who was asked has the offer; who holds no post sees nothing."""
    await stage.enrol(volunteer("v-1", MEDIATION), volunteer("v-2", MEDIATION, home=NEXT_GRID), volunteer("v-3"))
    order_id = await stage.place()
    assert ([], [order_id], []) == (await pool(stage, "v-1"), await pool(stage, "v-2"), await pool(stage, "v-3"))
    await take(stage, order_id, "v-2")
    assert [] == await pool(stage, "v-2")


async def test_who_is_not_reachable_now_may_ask_and_who_has_no_time_may_not(stage: Stage) -> None:
    """Looking at the pool is being reachable; the window still has to be free."""
    window = Window(from_=stage.now + HOUR, to=stage.now + 3 * HOUR)
    await stage.enrol(volunteer("v-1"), volunteer("v-2", hours=NEVER), volunteer("v-3", daily_offers=1))
    order_id = await stage.place("sweeping", window=window)
    with pytest.raises(NotForYou):
        await take(stage, order_id, "v-2")
    assert "drawing" == (await take(stage, order_id, "v-3")).state


async def test_a_non_urgent_leg_is_drawn_among_all_who_ask(stage: Stage) -> None:
    """The nearest of those who asked within the window, not the first; the others are on standby."""
    await stage.enrol(volunteer("v-1"), volunteer("v-2", home=NEXT_GRID), volunteer("v-3"))
    order_id = await stage.place("sweeping")
    asked = (await stage.last(matcher.OfferMade)).volunteer_id
    near = next(one for one in ("v-1", "v-3") if one != asked)
    states = [(await take(stage, order_id, one)).state for one in ("v-2", near)]
    stage.later(minutes=10)
    await stage.do(stage.use_cases.drawing.settle_draws, f"{order_id}-l1")
    assert (["drawing"] * 2, [(near, "assigned")]) == (states, await stage.assignment_states(order_id))
    assert {asked: "withdrawn", "v-2": "standby", near: "accepted"} == await stage.offer_states(order_id)
    given = await stage.last(matcher.LegAssigned)
    assert "pool" == given.by


async def test_an_urgent_leg_is_the_first_ones(stage: Stage) -> None:
    """The next one is told that it is taken."""
    stage.asking(1)
    await stage.enrol(volunteer("v-1"), volunteer("v-2"), volunteer("v-3"))
    order_id = await stage.place("sweeping", urgency=Urgency.URGENT)
    asked = (await stage.last(matcher.OfferMade)).volunteer_id
    first, second = (one for one in ("v-1", "v-2", "v-3") if one != asked)
    assert "assigned" == (await take(stage, order_id, first)).state
    for late in (second, asked):
        with pytest.raises(PlaceTaken):
            await take(stage, order_id, late)
    assert [(first, "assigned")] == await stage.assignment_states(order_id)


async def test_who_said_no_may_change_their_mind(stage: Stage) -> None:
    """The pool is open to them as long as nobody has it; their own earlier answer is no reason against it."""
    await stage.enrol(volunteer("v-1"), volunteer("v-2", home=NEXT_GRID))
    order_id = await stage.place("sweeping")
    made = await stage.last(matcher.OfferMade)
    await stage.decline(made)
    assert "drawing" == (await take(stage, order_id, made.volunteer_id)).state
    with pytest.raises(OfferGone):
        await take(stage, order_id, made.volunteer_id)


async def test_who_gave_it_back_does_not_get_it_again(stage: Stage) -> None:
    """Nor is it in their pool."""
    await stage.enrol(volunteer("v-1"), volunteer("v-2", home=NEXT_GRID))
    order_id = await stage.place("sweeping")
    made = await stage.last(matcher.OfferMade)
    held = await stage.accept(made)
    await stage.hand_back(held, made.volunteer_id)
    assert [] == await pool(stage, made.volunteer_id)
    with pytest.raises(NotForYou):
        await take(stage, order_id, made.volunteer_id)


async def test_nobody_takes_beyond_capacity_or_into_a_taken_window(stage: Stage) -> None:
    """The rules of an offer hold for the pool as well; what was refused leaves no trace."""
    window = Window(from_=stage.now + HOUR, to=stage.now + 3 * HOUR)
    stage.asking(1)
    await stage.enrol(volunteer("v-1", capacity=1), volunteer("v-2", home=NEXT_GRID), volunteer("v-3", hours=NEVER))
    first = await stage.place("sweeping", window=window)
    await stage.accept(await stage.last(matcher.OfferMade))
    second = await stage.place("sweeping", window=window)
    third = await stage.place("sweeping")
    with pytest.raises(NotForYou):
        await take(stage, second, "v-1")
    with pytest.raises(CapacityReached):
        await take(stage, third, "v-1")
    row = await stage.volunteer("v-1")
    assert ([("v-1", "assigned")], 1, 0) == (await stage.assignment_states(first), row.held, row.asked)


async def test_what_is_not_open_is_not_in_the_pool(stage: Stage) -> None:
    """An order that ended, one on a desk, and one that never was."""
    await stage.enrol(volunteer("v-1"), volunteer("v-2"))
    order_id = await stage.place("sweeping")
    await stage.cancel(order_id)
    desk = await stage.place("certificates")
    for unknown, refusal in ((order_id, PlaceTaken), (desk, PlaceTaken), ("o-99", NotFound)):
        with pytest.raises(refusal):
            await take(stage, unknown, "v-1")
    assert [] == await pool(stage, "v-1")
    assert "order_escalated" == names(await stage.heard())[-1]
