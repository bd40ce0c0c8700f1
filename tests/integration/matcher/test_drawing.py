"""The best yes wins, not the first tap; a late yes is on standby; "not now, but then" is an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from services.matcher.commands import CounterOffer
from services.matcher.models import Volunteer
from services.matcher.policies.acceptance import OfferGone, WindowPassed
from services.matcher.use_cases.answering import Counter
from services.matcher.use_cases.drawing import Taken
from shared.contracts import matcher
from shared.contracts.words import Urgency, Window
from tests.integration.matcher.stage import FAR_GRID, NEXT_GRID, Stage, names, volunteer

HOUR = timedelta(hours=1)


async def three_asked(stage: Stage, **order: object) -> tuple[str, dict[str, matcher.OfferMade]]:
    """Three people at growing distance are asked at once, under draws; their offers by volunteer."""
    stage.asking(3, draws=True)
    await stage.enrol(volunteer("v-1"), volunteer("v-2", home=NEXT_GRID), volunteer("v-3", home=FAR_GRID))
    order_id = await stage.place("sweeping", **order)
    facts = await stage.heard()
    return order_id, {made.volunteer_id: made for made in facts if isinstance(made, matcher.OfferMade)}


async def settle(stage: Stage, order_id: str) -> None:
    """The draw of an order's first leg is over."""
    stage.later(minutes=10)
    await stage.do(stage.use_cases.drawing.settle_draws, f"{order_id}-l1")


async def counter(stage: Stage, offer: matcher.OfferMade, start: float, length: float = 1) -> Taken:
    """Propose a time some hours from now."""
    window = {"from": stage.now + start * HOUR, "to": stage.now + (start + length) * HOUR}
    wish = CounterOffer.model_validate(window)
    command = Counter(offer.offer_id, offer.volunteer_id, wish)
    taken: Taken = await stage.do(stage.use_cases.answering.counter_offers, command)
    return taken


async def test_the_best_yes_wins_not_the_first_tap(stage: Stage) -> None:
    """The farther one taps first, the nearer one within the draw window: the nearer one serves."""
    order_id, offers = await three_asked(stage)
    first = await stage.say_yes(offers["v-3"])
    stage.later(minutes=2)
    second = await stage.say_yes(offers["v-2"])
    assert ("drawing", "drawing", []) == (first.state, second.state, await stage.assignment_states(order_id))
    await settle(stage, order_id)
    assert [("v-2", "assigned")] == await stage.assignment_states(order_id)
    assert {"v-1": "withdrawn", "v-2": "accepted", "v-3": "standby"} == await stage.offer_states(order_id)
    assert ["leg_assigned"] == names(await stage.heard())
    assert [0, 0, 0] == [(await stage.volunteer(one)).asked for one in ("v-1", "v-2", "v-3")]


async def test_nobody_waits_for_a_draw_that_is_decided(stage: Stage) -> None:
    """The yes of the best one needs no draw, and a draw is over when nobody better may still answer."""
    order_id, offers = await three_asked(stage)
    await stage.say_yes(offers["v-2"])
    await stage.decline(offers["v-1"])
    assert [("v-2", "assigned")] == await stage.assignment_states(order_id)
    other, offers = await three_asked(stage)
    assert "assigned" == (await stage.say_yes(offers["v-1"])).state
    assert [("v-1", "assigned")] == await stage.assignment_states(other)


async def test_an_urgent_order_takes_the_first_yes(stage: Stage) -> None:
    """No draw, and no standby: the first yes settles it, a later one is told that it is gone."""
    order_id, offers = await three_asked(stage, urgency=Urgency.URGENT)
    assert "assigned" == (await stage.say_yes(offers["v-3"])).state
    with pytest.raises(OfferGone):
        await stage.say_yes(offers["v-1"])
    assert [("v-3", "assigned")] == await stage.assignment_states(order_id)


async def test_a_yes_in_a_draw_is_given_once(stage: Stage) -> None:
    """A second tap changes nothing."""
    _, offers = await three_asked(stage)
    await stage.say_yes(offers["v-3"])
    with pytest.raises(OfferGone):
        await stage.say_yes(offers["v-3"])


async def test_a_late_yes_is_on_standby_and_asked_first_when_somebody_drops_out(stage: Stage) -> None:
    """Who was ready is asked again before anybody else, under the same offer."""
    order_id, offers = await three_asked(stage)
    held = await stage.accept(offers["v-1"])
    assert "standby" == (await stage.say_yes(offers["v-3"])).state
    await stage.heard()
    await stage.hand_back(held, "v-1")
    back, again = await stage.heard()
    assert ("leg_handed_back", "v-3", offers["v-3"].offer_id) == (back.name, again.volunteer_id, again.offer_id)
    await stage.accept(again)
    assert [("v-1", "handed_back"), ("v-3", "assigned")] == await stage.assignment_states(order_id)


async def test_a_yes_after_the_offer_ran_out_is_no_standby(stage: Stage) -> None:
    """Standby is for those who answered in time."""
    _, offers = await three_asked(stage)
    await stage.accept(offers["v-1"])
    stage.later(hours=2)
    with pytest.raises(OfferGone):
        await stage.say_yes(offers["v-3"])


async def test_another_time_the_order_allows_is_a_yes(stage: Stage) -> None:
    """ "Not now, 20:00", and the resident has the whole evening: the assignment has that time."""
    stage.asking(1)
    await stage.enrol(volunteer("v-1"))
    evening = Window(from_=stage.now + HOUR, to=stage.now + 5 * HOUR)
    await stage.place("sweeping", window=evening)
    taken = await counter(stage, await stage.last(matcher.OfferMade), 2)
    given = await stage.last(matcher.LegAssigned)
    assert ("assigned", stage.now + 2 * HOUR, stage.now + 3 * HOUR) == (
        taken.state, given.window and given.window.from_, given.due_at,
    )  # fmt: skip


async def test_another_time_the_order_does_not_allow_is_kept_and_the_next_are_asked(stage: Stage) -> None:
    """Who decides later can read it; it is never lost, and names nobody."""
    stage.asking(1)
    await stage.enrol(volunteer("v-1"), volunteer("v-2", home=NEXT_GRID))
    order_id = await stage.place("sweeping", window=Window(from_=stage.now + HOUR, to=stage.now + 2 * HOUR))
    taken = await counter(stage, await stage.last(matcher.OfferMade), 4)
    _, countered, made = await stage.heard()
    assert ("countered", "offer_countered", "v-2") == (taken.state, countered.name, made.volunteer_id)
    assert ({"v-1": "countered", "v-2": "open"}, False) == (
        await stage.offer_states(order_id),
        "v-1" in countered.model_dump_json(),
    )
    assert 0 == (await stage.volunteer("v-1")).asked


async def test_a_time_that_has_passed_is_no_proposal(stage: Stage) -> None:
    """Neither is one that is longer than a day."""
    stage.asking(1)
    await stage.enrol(volunteer("v-1"))
    await stage.place("sweeping")
    offer = await stage.last(matcher.OfferMade)
    for start, length in ((-2.0, 1.0), (1.0, 25.0)):
        with pytest.raises(WindowPassed):
            await counter(stage, offer, start, length)


async def test_whoever_took_something_else_meanwhile_leaves_the_place_to_the_next(stage: Stage) -> None:
    """The best yes of a draw has filled their capacity since: the next best serves."""
    order_id, offers = await three_asked(stage)
    for name in ("v-2", "v-3"):
        await stage.say_yes(offers[name])
    async with stage.units() as uow:
        full = update(Volunteer).where(col(Volunteer.volunteer_id) == "v-2").values(held=2)
        await uow.repository._session.execute(full)
    await settle(stage, order_id)
    assert [("v-3", "assigned")] == await stage.assignment_states(order_id)
    assert {"v-1": "withdrawn", "v-2": "withdrawn", "v-3": "accepted"} == await stage.offer_states(order_id)


async def test_a_team_is_drawn_place_by_place_and_staffed_when_full(stage: Stage) -> None:
    """Two places: once all have answered the two best serve; a drop-out is replaced, by who is on standby first."""
    stage.asking(3, draws=True)
    await stage.enrol(*(volunteer(f"v-{number}") for number in range(4)))
    order_id = await stage.place("sweeping", headcount=2)
    offers = {made.volunteer_id: made for made in await stage.heard()}
    for made in offers.values():
        await stage.say_yes(made)
    team = [one for one, state in await stage.assignment_states(order_id) if state == "assigned"]
    states = list((await stage.offer_states(order_id)).values())
    assert (2, 2, 1, "assigned") == (
        len(team), states.count("accepted"), states.count("standby"), (await stage.dispatch(order_id)).state,
    )  # fmt: skip
    facts = [fact for fact in await stage.heard() if fact.name == "leg_assigned"]
    assert ["accept", "start"] == [fact.next_step.value for fact in facts]
    gone = facts[0]
    await stage.hand_back(gone.assignment_id, gone.volunteer_id)
    again = await stage.last(matcher.OfferMade)
    assert (set(offers) - set(team)) == {again.volunteer_id}
    await stage.accept(again)
    assert "assigned" == (await stage.dispatch(order_id)).state
